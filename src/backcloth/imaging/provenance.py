"""What a result file says of its own making: a small XMP packet, the same bytes for the same making."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from backcloth import __version__
from backcloth.domain.provenance import Provenance

SOFTWARE = "Backcloth"


def xmp(provenance: Provenance) -> bytes:
    """An XMP packet (ISO 16684-1) with IPTC's Digital Source Type and the software's name and version.

    Nothing in it depends on the photo, the caller or the time.
    """
    tool = quoteattr(f"{SOFTWARE} {__version__}")
    source = quoteattr(provenance.source_type)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about=""'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        f" xmp:CreatorTool={tool} Iptc4xmpExt:DigitalSourceType={source}/>"
        "</rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    ).encode()
