{
  /** @typedef {{ tiles: string, sections: string, config: string | null }} Checked */
  /** @typedef {{ title: string, files: object }} System */
  /** @type {{ check(text: string, system: System | undefined, version: string): Checked }} */
  const { check } = /** @type {any} */ (globalThis).playground;
  /** @type {Record<string, System>} */
  const systems = JSON.parse(document.getElementById("systems")?.textContent ?? "{}");

  /** @param {string} selector */
  const find = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
  const given = /** @type {HTMLFormElement} */ (find("#given"));
  // It moves, and is gone without an image.
  const config = find("#config");
  const merged = find(".merged");

  find("#needs").remove();

  const show = () => {
    const data = new FormData(given);
    const [text, system, version] = ["text", "system", "version"].map((name) => String(data.get(name)));
    let state = "";
    let checked = { tiles: "", sections: "", config: /** @type {string | null} */ (null) };
    try {
      checked = check(text ?? "", systems[system ?? ""], version ?? "");
    } catch (error) {
      const isKnown = error instanceof RangeError;
      state = isKnown ? error.message : `this is a bug, please report it: ${error}`;
    }
    find("#tiles").innerHTML = checked.tiles;
    find("#found").innerHTML = checked.sections;
    merged.textContent = checked.config;
    config.hidden = false;
    const boot = document.getElementById("boot");
    if (boot === null) config.remove();
    else boot.before(config);
    const ids = { findings: "Findings", config: "Configuration", boot: "First boot" };
    const links = Object.entries(ids).map(([id, text]) => `<a href="#${id}">${text}</a>`);
    find("nav").innerHTML = links.join("");
    find("nav").hidden = boot === null;
    const counts = [...document.querySelectorAll(".tiles li:not(.none)")].map((one) => one.textContent);
    find("#state").textContent = state || counts.join(", ") || "nothing to report";
  };

  let timer = 0;
  given.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 250);
  });
  given.addEventListener("submit", (event) => event.preventDefault());
  // A browser that goes back keeps the fields.
  addEventListener("pageshow", show);
}
