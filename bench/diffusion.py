"""What a diffusion engine costs: `make bench-diffusion`, on whatever device is there.

Models are built with random weights, saved, and loaded by the real loader into the real process, so latency,
throughput and memory are those of the architecture; the pictures are noise. `--size real` has the published
models' own dimensions and is for a GPU: FLUX.2 klein is 8 billion parameters with its text encoder. `--size
small` keeps the canvas of one megapixel and shrinks the networks: of its numbers only the seconds outside the
model mean anything.

Seconds are those of a whole job, from the encoded photo to the encoded result. "Outside" is what the model's
pipeline did not take: the cut-out, by the preset in BACKCLOTH_CUTOUT_PRESET, has most of it. `outside_cpu_s`
are the processor's seconds for the same, which a busy machine changes less.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from backcloth.cli.logs import write_logs
from backcloth.domain.background import Prompt, References
from backcloth.domain.request import ReplaceBackground, Stored
from backcloth.engines import open_engines
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.run import replace_background
from backcloth.scene.diffusion import preset as preset_module
from backcloth.scene.diffusion.engine import DiffusionEngine, open_diffusion
from backcloth.scene.diffusion.preset import read_preset
from backcloth.settings import Settings
from backcloth.storage.store import open_store
from bench.diffusion_models import BUILDERS
from bench.photo import SIZE, jpeg

HERE = Path(__file__).parent


def main() -> None:
    """Builds what is asked for, runs it, prints one JSON object a line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", choices=sorted(BUILDERS), default="klein-fast")
    parser.add_argument("--size", choices=("real", "small"), default="real")
    parser.add_argument("--device", default="auto")
    parser.add_argument(
        "--jobs", type=int, default=8, help="measured one after another, after one that is not"
    )
    parser.add_argument(
        "--clients", type=int, default=4, help="jobs at once when throughput is measured; 0 leaves it out"
    )
    parser.add_argument(
        "--settings",
        type=json.loads,
        action="append",
        help="keys of the engine's table as JSON, such as '{\"compile\": true}'; may be given several times",
    )
    parser.add_argument("--photo", type=Path, default=HERE.parent / "demo" / "photos" / "fig-bowl.jpg")
    parser.add_argument("--models", type=Path, help="where models are kept; else a folder that is removed")
    options = parser.parse_args()
    write_logs("warning")
    with tempfile.TemporaryDirectory() as folder:
        models = options.models or Path(folder)
        made = BUILDERS[options.preset](models, real=options.size == "real")
        for settings in options.settings or [{}]:
            print(json.dumps(measure(options, made, settings)), flush=True)


def measure(options: argparse.Namespace, folders: dict[str, str], settings: dict[str, Any]) -> dict[str, Any]:
    """One line of the table."""
    preset = _bare(options.preset, Path(folders["model_dir"]).parent)
    table = {"preset": str(preset), "devices": [options.device], "accept_license": True, **folders}
    engine = open_diffusion({**table, **_bucketed(settings)}, name="bench")
    try:
        engines = _engines(engine)
        request = _request(preset, options.photo, engines)
        begun = time.perf_counter()
        replace_background("first", request, engines)
        ready_s = time.perf_counter() - begun
        records = [_one(request, engines, seed) for seed in range(options.jobs)]
        throughput = _throughput(request, engines, options) if options.clients else None
    finally:
        engine.close()
    total, model = ([record[key] for record in records] for key in ("total_s", "model_s"))
    outside = statistics.median(whole - inside for whole, inside in zip(total, model, strict=True))
    return {
        "preset": options.preset,
        "size": options.size,
        "settings": settings,
        "cutout": engines.segmenter.name,
        "device": records[0]["facts"]["device"],
        "torch": records[0]["facts"]["torch"],
        "ready_s": round(ready_s, 1),
        "total_s": round(statistics.median(total), 3),
        "model_s": round(statistics.median(model), 3),
        "outside_s": round(outside, 3),
        "outside_cpu_s": round(statistics.median(record["cpu_s"] for record in records), 3),
        "outside_share": round(outside / statistics.median(total), 3),
        "jobs_per_s": None if throughput is None else round(throughput, 3),
        "peak_gib": _gib(records[-1]["facts"]["peak_bytes"]),
        "stages_s": records[-1]["stages"],
    }


def _bucketed(settings: dict[str, Any]) -> dict[str, Any]:
    """Compiling needs the canvas named; it is that of the bench's photo, down to what every preset takes."""
    canvas = [SIZE[0] // 32 * 32, SIZE[1] // 32 * 32]
    return {"buckets": [canvas], **settings} if settings.get("compile") else settings


def _bare(name: str, folder: Path) -> Path:
    """The preset without the parts that the bench builds no weights for."""
    text = (Path(preset_module.__file__).parent / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    text = re.sub(r"^lora = true\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[(lora|ip_adapter)\]\n(?:[^\[\n].*\n|\n)*", "", text)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _engines(engine: DiffusionEngine) -> Engines:
    """The service's own engines, on a store in memory, with ours for prompts and references."""
    engines = open_engines(Settings(), open_store("memory://"))
    return replace(engines, scenes={**engines.scenes, Prompt: engine, References: engine})


def _request(preset: Path, photo: Path, engines: Engines) -> ReplaceBackground:
    """A photo of one megapixel and a prompt, in the preset's first mode."""
    engines.store.put("photo", jpeg(photo))
    mode = read_preset(str(preset)).modes[0]
    prompt = Prompt("on a wooden table in a bright kitchen, morning light through the window")
    return ReplaceBackground(Stored("photo"), prompt, seed=1, mode=mode, refine_prompt=False)


def _one(request: ReplaceBackground, engines: Engines, seed: int) -> dict[str, Any]:
    begun, spent = time.perf_counter(), time.process_time()
    outcome = replace_background(f"job-{seed}", replace(request, seed=seed), engines)
    facts = outcome.record["diffusion"]
    return {
        "total_s": time.perf_counter() - begun,
        "cpu_s": time.process_time() - spent,
        "model_s": facts["model_seconds"],
        "facts": facts,
        "stages": outcome.record["seconds"],
    }


def _throughput(request: ReplaceBackground, engines: Engines, options: argparse.Namespace) -> float:
    """Jobs a second with several clients."""

    def run(seed: int) -> None:
        replace_background(f"many-{seed}", replace(request, seed=seed), engines)

    begun = time.perf_counter()
    with ThreadPoolExecutor(options.clients) as threads:
        list(threads.map(run, range(options.jobs)))
    return float(options.jobs / (time.perf_counter() - begun))


def _gib(size: int | None) -> float | None:
    return None if size is None else round(size / 2**30, 2)


if __name__ == "__main__":
    main()
