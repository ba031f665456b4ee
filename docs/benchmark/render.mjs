// Makes benchmark.md and benchmark/plot.svg of benchmark/results.json: node docs/benchmark/render.mjs [DIRECTORY]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { init } from "echarts";

const COLORS = { node: "#8c959f", own: "#0969da", other: "#bc4c00" };

/** @param directory that of the page; the results are always the ones of this folder */
export function render(directory) {
  const results = JSON.parse(readFileSync(join(import.meta.dirname, "results.json"), "utf8"));
  mkdirSync(join(directory, "benchmark"), { recursive: true });
  writeFileSync(join(directory, "benchmark.md"), page(results));
  writeFileSync(join(directory, "benchmark/plot.svg"), plot(results));
}

/** The results of a group, with each median as a multiple of that of Node in the same group. */
const ratios = ({ results }) => results.map((result) => ({ ...result, ratio: result.median / results[0].median }));

/** Two digits that count. */
const rounded = (ratio) => (ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0));

function page({ date, machine, root, groups }) {
  const tables = groups.map((group) => {
    const rows = ratios(group).map(
      ({ command, median, ratio }) =>
        `| \`${command.replace(/, .*/, "")}\`${/, .*/.exec(command)?.[0] ?? ""} | ${rounded(ratio)} | ${median} |`,
    );
    return `## ${group.name}\n\n| command | times \`node -e 0\` | milliseconds |\n|---|--:|--:|\n${rows.join("\n")}`;
  });
  return `<!-- Made by "npm run bench" from benchmark/results.json. -->

# Benchmark

![Each command's time as a multiple of the time of node -e 0](benchmark/plot.svg)

Medians of a whole process, measured by hyperfine side by side: each group with \`node -e 0\`, the start of Node itself, which every
command of cloud-init-lint contains. The root is Debian 12 with cloud-init 22.4, made by mmdebstrap: ${root.megabytes} MB, and
${root.tarMegabytes} MB as a tar archive. \`cloud-init schema\` runs in the root by chroot, and checks the syntax of two lines;
\`debsums -ce\` finds changed configuration files.

| machine | |
|---|---|
| processor | ${machine.processor} |
| memory | ${machine.memory} |
| system | ${machine.system} |
| Node | ${machine.node} |
| tar | ${machine.tar} |
| debsums | ${machine.debsums} |
| date | ${date} |

${tables.join("\n\n")}

## Measure it yourself

    sudo apt-get install hyperfine debsums e2fsprogs xfsprogs btrfs-progs squashfs-tools erofs-utils qemu-utils mmdebstrap
    sudo sh test/real/make-roots.sh bookworm sid
    sudo npm run bench

It takes about four minutes, and needs a machine that does nothing else. \`NODE_EXTRA_CA_CERTS\` and \`NODE_OPTIONS\` are not set: the
former makes every start of Node slower. \`npm ci\` in a checkout makes V8 code caches for the Node that runs it. Another Node, the npm
package and the single file have none; the single file is measured above.
`;
}

function plot({ groups }) {
  const bars = groups.flatMap((group, index) => ratios(group).slice(index === 0 ? 0 : 1)).toReversed();
  const title = "Time as a multiple of that of node -e 0 (logarithmic)";
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 900, height: 70 + bars.length * 22 });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    title: {
      text: title,
      subtext: "blue: cloud-init-lint; orange: other programs",
      left: "center",
      top: 4,
      itemGap: 4,
    },
    grid: { left: 350, right: 60, top: 56, bottom: 24 },
    xAxis: { type: "log", min: 0.8 },
    yAxis: { type: "category", data: bars.map(({ command }) => command), axisTick: { show: false } },
    series: {
      type: "bar",
      barWidth: 14,
      label: { show: true, position: "right", formatter: ({ value }) => rounded(value) },
      data: bars.map(({ ratio, kind }) => ({ value: ratio, itemStyle: { color: COLORS[kind] } })),
    },
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg.replace(">", `><title>${title}</title>`)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  render(process.argv[2] ?? join(import.meta.dirname, ".."));
