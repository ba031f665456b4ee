// Builds the static site in site/ from the Markdown of the repository: npm run docs. The README is its first page; a link to a
// file that is no page leads to the repository.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import rehypeSlug from "rehype-slug";
import rehypeStringify from "rehype-stringify";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import remarkRehype from "remark-rehype";
import { unified } from "unified";
import { buildPlayground } from "./playground.mjs";

const ROOT = join(import.meta.dirname, "../..");
const { repository } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const REPOSITORY = repository.url.replace(/^git\+|\.git$/g, "");

const SOURCES = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...["docs", "docs/rules"].flatMap((folder) =>
    readdirSync(join(ROOT, folder)).flatMap((name) => (name.endsWith(".md") ? [`${folder}/${name}`] : [])),
  ),
];

/** The page of a document: "docs/README.md" is docs/index.html. */
const pageOf = (source) => source.replace(/README\.md$/, "index.md").replace(/\.md$/, ".html");

const pages = new Map(SOURCES.map((source) => [source, pageOf(source)]));

const element = (tagName, properties, ...children) => ({ type: "element", tagName, properties, children });

function visit(node, act) {
  act(node);
  for (const child of node.children ?? []) visit(child, act);
}

const textOf = (node) => node.value ?? (node.children ?? []).map(textOf).join("");

/** Links and images as they are from a page; `used` gets the images. */
function rehypeLinks({ from, page, used }) {
  const moved = (link) => {
    if (/^([a-z]+:|#)/.test(link)) return link;
    const [path, anchor = ""] = link.split(/(?=#)/);
    const target = posix.join(posix.dirname(from), path);
    const place = pages.get(target.endsWith("/") ? `${target}README.md` : target);
    if (place !== undefined) return posix.relative(posix.dirname(page), place) + anchor;
    const kind = statSync(join(ROOT, target)).isDirectory() ? "tree" : "blob";
    return `${REPOSITORY}/${kind}/main/${target.replace(/\/$/, "")}${anchor}`;
  };
  return (tree) =>
    visit(tree, (node) => {
      const { tagName, properties } = node;
      if (tagName === "a") properties.href = moved(properties.href);
      if (tagName === "img") {
        const image = posix.join(posix.dirname(from), properties.src);
        used.add(image);
        properties.src = posix.relative(posix.dirname(page), image);
      }
    });
}

/** What is wider than a phone scrolls in itself, also by keyboard. */
function rehypeScrolling() {
  return (tree) =>
    visit(tree, (node) => {
      if (node.tagName === "pre") node.properties.tabIndex = 0;
      if (node.properties?.className === "table") return;
      node.children = node.children?.map((child) =>
        child.tagName === "table"
          ? element("div", { className: "table", role: "group", ariaLabel: "Table", tabIndex: 0 }, child)
          : child,
      );
    });
}

/** Only the lists of a page and their headings, each item its link alone: the contents of the documentation. */
function rehypeContents() {
  return (tree) => {
    const titles = ["Start"];
    tree.children = tree.children.flatMap((node) => {
      if (node.tagName === "p") titles.push(textOf(node).replace(/:$/, ""));
      if (node.tagName !== "ul") return [];
      const items = node.children.filter(({ tagName }) => tagName === "li");
      const links = items.map((item) => {
        let link;
        visit(item, (one) => {
          if (one.tagName === "a") link ??= one;
        });
        return element("li", {}, link);
      });
      const title = titles.length > 2 ? titles.at(-1) : titles[0];
      return [element("h2", {}, { type: "text", value: title }), element("ul", {}, ...links)];
    });
  };
}

const markdown = unified().use(remarkParse).use(remarkGfm).use(remarkRehype);

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** @returns the page of a document, and the images that it shows */
function render(source) {
  const page = pages.get(source);
  const used = new Set();
  const up = posix.relative(posix.dirname(page), ".") || ".";
  let title;
  const body = markdown()
    .use(rehypeSlug)
    .use(() => (tree) => {
      title = textOf(tree.children.find(({ tagName }) => tagName === "h1"));
    })
    .use(rehypeLinks, { from: source, page, used })
    .use(rehypeScrolling)
    .use(rehypeStringify)
    .processSync(readFileSync(join(ROOT, source), "utf8"));
  const contents = markdown()
    .use(rehypeLinks, { from: "docs/README.md", page, used: new Set() })
    .use(rehypeContents)
    .use(
      () => (tree) =>
        visit(tree, ({ tagName, properties }) => {
          if (tagName === "a" && posix.join(posix.dirname(page), properties.href) === page)
            properties.ariaCurrent = "page";
        }),
    )
    .use(rehypeStringify)
    .processSync(readFileSync(join(ROOT, "docs/README.md"), "utf8"));
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'">
<title>${escaped(source === "README.md" ? title : `${title} - cloud-init-lint`)}</title>
<link rel="stylesheet" href="${up}/style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<a href="${up}/index.html">cloud-init-lint</a>
<nav aria-label="Site"><a href="${up}/docs/index.html">Documentation</a> <a href="${up}/docs/rules/index.html">Rules</a> <a href="${up}/playground/index.html">Playground</a> <a href="${REPOSITORY}">Source</a></nav>
</header>
<div class="columns">
<main id="content" tabindex="-1">
${body}
</main>
<nav class="contents" aria-label="Documentation">
${contents}
</nav>
</div>
</body>
</html>
`;
  return { page, text, used };
}

/** Writes the site into a directory, which it replaces. */
export async function buildSite(output) {
  rmSync(output, { recursive: true, force: true });
  const write = (path, action) => {
    mkdirSync(dirname(join(output, path)), { recursive: true });
    action(join(output, path));
  };
  const images = new Set();
  for (const source of SOURCES) {
    const { page, text, used } = render(source);
    write(page, (file) => writeFileSync(file, text));
    for (const image of used) images.add(image);
  }
  for (const image of images) write(image, (file) => copyFileSync(join(ROOT, image), file));
  const colours = readFileSync(join(ROOT, "src/report/html/colours.css"), "utf8");
  const layout = readFileSync(join(import.meta.dirname, "style.css"), "utf8");
  write("style.css", (file) => writeFileSync(file, `${colours}\n${layout}`));
  await buildPlayground(join(output, "playground"));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildSite(join(ROOT, "site"));
