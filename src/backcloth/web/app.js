// The try-it page. It is a plain client of the HTTP API: it submits a job, polls its status and shows the
// result. Nothing from outside ever becomes markup: texts go in through textContent.

const $ = (id) => document.getElementById(id);
const sleep = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });

const POLL_MS = 1000;
const TOKEN_KEY = "backcloth.token";

let picture = null; // the File to edit
let pictureUrl = ""; // its object URL, for the thumbnail
let last = null; // { body, file, seed } of the latest success
let running = null; // AbortController of the run in progress

/** A failure to show as `message: details`. */
class Problem extends Error {
  constructor(message, details = "") {
    super(details ? `${message}: ${details}` : message);
  }
}

// ---- talking to the service --------------------------------------------------------------------------

async function call(path, options, signal) {
  let response;
  try {
    response = await fetch(path, {
      ...options,
      signal,
      headers: { api_token: token(), ...options?.headers },
    });
  } catch (fault) {
    if (signal?.aborted) throw fault;
    throw new Problem("No answer", "the service could not be reached");
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  throw failure(body.error ?? { message: body.status ?? `HTTP ${response.status}` });
}

const failure = (error) => new Problem(error.message ?? "The job failed", error.details);

async function submit(body, signal) {
  const accepted = await call(
    "/v2/image/edit/replace_background",
    { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) },
    signal,
  );
  return accepted.request_id;
}

async function finished(id, signal) {
  for (;;) {
    const status = await call(`/v2/status/${encodeURIComponent(id)}`, {}, signal);
    if (status.status === "COMPLETED") return status;
    if (status.status !== "IN_PROGRESS") throw failure(status.error ?? {});
    await sleep(POLL_MS, signal);
  }
}

/** What could not be honoured, in sentences. The picture is worth showing without them. */
async function remarks(id, status, signal) {
  if (Array.isArray(status.notes)) return status.notes;
  const body = await call(`/v2/status/${encodeURIComponent(id)}/notes`, {}, signal).catch(() => ({}));
  return Array.isArray(body.notes) ? body.notes : [];
}

// ---- the request -------------------------------------------------------------------------------------

const token = () => $("token").value.trim();
const kind = () => document.querySelector("input[name=kind]:checked").value;

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Problem("Cannot read the file", file.name));
    reader.readAsDataURL(file);
  });
}

async function requestBody() {
  if (!picture) throw new Problem("No picture", "choose, drop or paste one first");
  if (!token()) throw new Problem("No token", "fill in your API token");
  const body = {
    image: await base64(picture),
    refine_prompt: $("refine").checked,
    original_quality: $("original").checked,
    ...(await background()),
    ...placement(),
  };
  if ($("mode").value) body.mode = $("mode").value;
  const negative = $("negative").value.trim();
  if (negative && !$("negative").disabled) body.negative_prompt = negative;
  const seed = givenSeed();
  if (seed !== null) body.seed = seed;
  return body;
}

async function background() {
  if (kind() === "reference") {
    const files = [...$("references").files];
    if (!files.length) throw new Problem("No reference", "choose at least one reference picture");
    return { ref_images: await Promise.all(files.map(base64)) };
  }
  if (kind() === "colour") return { prompt: hexColour() };
  const words = $("prompt").value.trim();
  if (!words) throw new Problem("No background", "describe it, or pick a colour");
  return { prompt: words };
}

function hexColour() {
  const digits = /^#?([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.exec($("hex").value.trim());
  if (!digits) throw new Problem("Colour", "3, 6 or 8 hex digits, such as #F4D35E");
  return `#${digits[1].toUpperCase()}`;
}

/** Only what differs from leaving the subject as it is. */
function placement() {
  const body = {};
  if ($("placement").value) body.placement = $("placement").value;
  if ($("shadow").value) body.shadow = $("shadow").value;
  if ($("padding").disabled || !($("padding").value || $("padding").validity.badInput)) return body;
  if (!$("padding").validity.valid) throw new Problem("Room around it", "a number from 0 to 40, or nothing");
  return { ...body, padding: $("padding").valueAsNumber / 100 };
}

function givenSeed() {
  if ($("seed").validity.badInput) throw new Problem("Seed", "a whole number, or nothing");
  const typed = $("seed").value.trim();
  if (!typed) return null;
  const seed = Number(typed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new Problem("Seed", "a whole number from 0 upwards");
  return seed;
}

// ---- one run -----------------------------------------------------------------------------------------

async function run(prepare) {
  running?.abort();
  const mine = (running = new AbortController());
  const { signal } = mine;
  const stopClock = begin();
  try {
    const { body, file } = await prepare();
    say("Sending the picture…");
    const id = await submit(body, signal);
    say("Working on it…");
    const status = await finished(id, signal);
    const seconds = stopClock();
    await show(status.result, file, seconds);
    last = { body, file, seed: status.result.seed };
    for (const sentence of await remarks(id, status, signal)) {
      $("notes").append(Object.assign(document.createElement("li"), { textContent: sentence }));
    }
    say("Done.");
  } catch (fault) {
    if (signal.aborted) return;
    say("");
    $("problem").textContent = fault.message;
    $("problem").hidden = false;
  } finally {
    stopClock();
    if (running === mine) busy(false);
  }
}

function begin() {
  busy(true);
  $("problem").hidden = true;
  $("problem").textContent = "";
  $("notes").replaceChildren();
  $("result-title").scrollIntoView({ block: "nearest" });
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const tick = () => { $("elapsed").textContent = `${Math.floor(seconds())} s`; };
  tick();
  const timer = setInterval(tick, 1000);
  return () => { clearInterval(timer); return seconds(); };
}

function busy(on) {
  $("working").hidden = !on;
  $("form").setAttribute("aria-busy", String(on));
  for (const id of ["go", "again", "another"]) $(id).disabled = on;
}

const say = (text) => { $("state").textContent = text; };

async function show(result, file, seconds) {
  const after = new Image();
  after.src = result.image_url;
  await after.decode().catch(() => { throw new Problem("The result could not be shown", result.image_url); });
  $("after").src = result.image_url;
  URL.revokeObjectURL($("before").src);
  $("before").src = URL.createObjectURL(file);
  await Promise.all([$("after").decode(), $("before").decode()]);
  $("download").href = result.image_url;
  $("seed-used").textContent = String(result.seed);
  $("size").textContent = `${after.naturalWidth} × ${after.naturalHeight} px`;
  $("time").textContent = `${seconds.toFixed(1)} s`;
  const refined = result.refined_prompt ?? "";
  $("refined").textContent = refined;
  for (const part of document.querySelectorAll(".refined")) part.hidden = !refined;
  $("result").hidden = false;
}

// ---- the form ----------------------------------------------------------------------------------------

function choose(file) {
  picture = file;
  URL.revokeObjectURL(pictureUrl);
  pictureUrl = file ? URL.createObjectURL(file) : "";
  $("thumb").hidden = !file;
  if (file) $("thumb").src = pictureUrl;
  const elsewhere = file && !$("image").files.length; // dropped or pasted: the file field cannot show its name
  $("image-hint").textContent = elsewhere ? `Taken: ${file.name}` : "Choose, drop or paste a JPEG, PNG or WEBP.";
}

const pictureIn = (transfer) => [...transfer.files].find((file) => file.type.startsWith("image/"));

function showKind() {
  for (const panel of document.querySelectorAll("[data-kind]")) panel.hidden = panel.dataset.kind !== kind();
}

function split() {
  const share = $("split").value;
  $("compare").style.setProperty("--split", `${share}%`);
  $("split").setAttribute("aria-valuetext", `${share} percent before`);
}

function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(TOKEN_KEY, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  $("token").value = sessionStorage.getItem(TOKEN_KEY) ?? "";
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const file = picture;
  run(async () => ({ body: await requestBody(), file }));
});
$("again").addEventListener("click", () => run(async () => ({ ...last, body: { ...last.body, seed: last.seed } })));
$("another").addEventListener("click", () => {
  const { seed: _dropped, ...body } = last.body;
  run(async () => ({ ...last, body }));
});
$("image").addEventListener("change", () => choose($("image").files[0] ?? null));
$("token").addEventListener("input", () => sessionStorage.setItem(TOKEN_KEY, token()));
$("mode").addEventListener("change", () => { $("negative").disabled = $("mode").value === "fast"; });
$("placement").addEventListener("change", () => { $("padding").disabled = !$("placement").value; });
$("split").addEventListener("input", split);
$("colour").addEventListener("input", () => { $("hex").value = $("colour").value.toUpperCase(); });
$("hex").addEventListener("input", () => {
  const digits = /^#?([0-9a-f]{6})/i.exec($("hex").value.trim());
  if (digits) $("colour").value = `#${digits[1].toLowerCase()}`;
});
$("ideas").addEventListener("click", ({ target }) => {
  if (target.matches("button")) $("prompt").value = target.textContent;
});
for (const radio of document.querySelectorAll("input[name=kind]")) radio.addEventListener("change", showKind);

document.addEventListener("dragover", (event) => { event.preventDefault(); $("drop").classList.add("over"); });
document.addEventListener("dragleave", () => $("drop").classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  $("drop").classList.remove("over");
  const dropped = pictureIn(event.dataTransfer);
  if (dropped) { $("image").value = ""; choose(dropped); }
});
document.addEventListener("paste", (event) => {
  const pasted = pictureIn(event.clipboardData);
  if (pasted) { $("image").value = ""; choose(pasted); }
});
window.addEventListener("hashchange", takeToken);

takeToken();
showKind();
split();
choose($("image").files[0] ?? null);
