// The page's own script: it filters findings and changes, and opens what a link leads to. The page can be read without it.
{
  /** @template {Element} T @param {string} selector @param {ParentNode} [root] @returns {T[]} */
  const all = (selector, root = document) => /** @type {T[]} */ ([...root.querySelectorAll(selector)]);
  /** @param {string} id @returns {HTMLFormElement | null} */
  const form = (id) => {
    const found = document.getElementById(id);
    if (!(found instanceof HTMLFormElement)) return null;
    found.hidden = false;
    found.addEventListener("submit", (event) => event.preventDefault());
    return found;
  };
  /** @param {string} text */
  const plain = (text) => text.toLowerCase();

  /**
   * Once for several keys, since thousands of elements may change.
   * @param {() => void} action
   */
  const soon = (action) => {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    return () => {
      clearTimeout(timer);
      timer = setTimeout(action, 150);
    };
  };

  const filter = form("filter");
  /** @type {HTMLElement[]} */
  const findings = all(".finding");
  /** @type {Map<HTMLElement, string>} */
  const texts = new Map();

  const showFindings = () => {
    if (filter === null) return;
    const data = new FormData(filter);
    const severities = data.getAll("severity");
    /** @param {string} name */
    const chosen = (name) => String(data.get(name) ?? "");
    const text = plain(chosen("text").trim());
    let count = 0;
    for (const finding of findings) {
      const { severity = "", rule, service, files = "", images = "" } = finding.dataset;
      const isShown =
        severities.includes(severity) &&
        (chosen("rule") === "" || chosen("rule") === rule) &&
        (chosen("service") === "" || chosen("service") === service) &&
        (chosen("file") === "" || files.split(" ").includes(chosen("file"))) &&
        (chosen("image") === "" || images.split(" ").includes(chosen("image"))) &&
        (text === "" || textOf(finding).includes(text));
      finding.hidden = !isShown;
      if (isShown) count++;
    }
    tell(filter, count === findings.length ? "" : `${count} of ${findings.length} findings`);
  };

  /** @param {HTMLElement} element */
  const textOf = (element) => {
    let text = texts.get(element);
    if (text === undefined) {
      text = plain(element.textContent ?? "");
      texts.set(element, text);
    }
    return text;
  };

  /** @param {HTMLFormElement} form @param {string} text */
  const tell = (form, text) => {
    const output = form.querySelector("output");
    if (output !== null) output.textContent = text;
  };

  filter?.addEventListener("input", soon(showFindings));
  // Fields have their first values only after the event.
  filter?.addEventListener("reset", () => setTimeout(showFindings));

  const changeTools = form("changes");
  /** @type {HTMLDetailsElement[]} */
  const changes = all(".change");
  /** @type {HTMLElement[]} */
  const modules = all(".module");

  const showChanges = () => {
    if (changeTools === null) return;
    const data = new FormData(changeTools);
    const path = plain(String(data.get("path") ?? "").trim());
    const onlyFound = data.has("found");
    const isFiltered = path !== "" || onlyFound;
    /** @type {Set<Element | null>} */
    const used = new Set();
    let count = 0;
    for (const change of changes) {
      const summary = /** @type {HTMLElement} */ (change.firstElementChild);
      const isShown =
        (path === "" || textOf(/** @type {HTMLElement} */ (summary.querySelector(".path"))).includes(path)) &&
        (!onlyFound || summary.querySelector(".badge") !== null);
      change.hidden = !isShown;
      if (!isShown) continue;
      count++;
      used.add(change.closest(".module"));
    }
    for (const module of modules) {
      module.hidden = isFiltered && !used.has(module);
      const details = module.querySelector("details");
      if (isFiltered && details !== null && !module.hidden) details.open = true;
    }
    /** @type {HTMLElement[]} */
    const skipped = all(".skipped");
    for (const one of skipped) one.hidden = isFiltered;
    tell(changeTools, isFiltered ? `${count} of ${changes.length} changes` : "");
  };

  changeTools?.addEventListener("input", soon(showChanges));
  changeTools?.addEventListener("click", ({ target }) => {
    if (!(target instanceof HTMLButtonElement)) return;
    /** @type {HTMLDetailsElement[]} */
    const own = all("#boot details");
    for (const one of own) one.open = target.name === "open";
  });

  const chooser = form("chooser");
  chooser?.addEventListener("input", () => {
    const chosen = String(new FormData(chooser).get("image"));
    /** @type {HTMLDetailsElement[]} */
    const images = all(".image");
    for (const image of images) image.open = image.id === chosen;
  });

  /** Shows what the address leads to, even if it is folded or filtered out. */
  const goToTarget = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target === null) return;
    const hidden = target.closest("[hidden]");
    if (hidden?.closest("#findings")) filter?.reset();
    if (hidden?.closest("#boot")) {
      changeTools?.reset();
      showChanges();
    }
    // A hidden finding appears only when the form has been reset.
    setTimeout(() => {
      for (let at = target.closest("details"); at !== null; at = at.parentElement?.closest("details") ?? null)
        at.open = true;
      scrollTo(target, 3);
    });
  };
  /**
   * Again in the next frames, since what is laid out on the way moves the target.
   * @param {Element} target @param {number} frames
   */
  const scrollTo = (target, frames) => {
    target.scrollIntoView();
    if (frames > 0) requestAnimationFrame(() => scrollTo(target, frames - 1));
  };
  addEventListener("hashchange", goToTarget);
  if (location.hash !== "") goToTarget();

  // For browsers that cannot open everything for print by style.
  /** @type {HTMLDetailsElement[]} */
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });

  // A browser that goes back keeps the fields.
  addEventListener("pageshow", () => {
    showFindings();
    showChanges();
  });
}
