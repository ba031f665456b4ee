import anser from "anser";

const COLUMN = 8.4;
const LINE = 19;
const MARGIN = 20;

/** Colours on the dark ground: each has a contrast of at least 4.5 to it. */
const STYLE = `text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #e6e6e6; white-space: pre }
.ansi-red { fill: #ff8a80 } .ansi-green { fill: #7ee08a } .ansi-yellow { fill: #f2cc60 } .ansi-cyan { fill: #6fd3e0 }
.bold { font-weight: bold } .dim { fill: #a8b0b8 } .underline { text-decoration: underline }`;

/** An SVG of a terminal of 80 columns after a command that printed a text with colours. */
export function terminalPicture(command: string, output: string): string {
  const lines = [`\u001b[1m$ ${command}\u001b[22m`, ...output.trimEnd().split("\n")];
  const width = Math.max(80, ...lines.map((line) => anser.ansiToText(line).length)) * COLUMN + 2 * MARGIN;
  const height = lines.length * LINE + 2 * MARGIN;
  const rows = lines.map((line, row) => {
    const spans = anser
      .ansiToJson(line, { use_classes: true, remove_empty: true })
      .map(({ content, fg, decorations }) => {
        const classes = [...(fg ? [fg] : []), ...decorations].join(" ");
        const text = anser.escapeForHtml(content);
        return classes === "" ? text : `<tspan class="${classes}">${text}</tspan>`;
      });
    return `<text x="${MARGIN}" y="${MARGIN + row * LINE + 14}">${spans.join("")}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>The output of ${anser.escapeForHtml(command)}</title>
<style>${STYLE}</style>
<rect width="100%" height="100%" rx="8" fill="#15181c"/>
${rows.join("\n")}
</svg>
`;
}
