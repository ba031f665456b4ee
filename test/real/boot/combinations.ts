import { hash, seed } from "../../samples.ts";
import type { Scenario, Seed, Suite } from "./scenario.ts";

/**
 * Generated scenarios: each lays the customisations of `size` others over each other and joins what the cloud
 * hands over. Equal arguments give equal scenarios, unless another seed is asked for, which is part of their names.
 */
export function combinations(
  scenarios: readonly Scenario[],
  suite: Suite,
  count: number,
  size: number,
): { title: string; scenario: Scenario }[] {
  // An image of another distribution is whole; what another datasource or an earlier boot hands over is no seed.
  const debian = scenarios.filter(
    ({ name, files }) => !/\bdistro(\\")?:/.test(JSON.stringify(files)) && !/^(datasource|state)-/.test(name),
  );
  const plain = debian.filter(
    ({ suites, seed }) =>
      (suites?.includes(suite) ?? true) && isPlain(seed["user-data"]) && isPlain(seed["vendor-data"]),
  );
  return Array.from({ length: count }, (_, number) => {
    const parts = Array.from({ length: size }, (_unused, place) =>
      choose(plain, `${seed === 1 ? "" : `${seed} `}${suite} ${size} ${number} ${place}`),
    );
    const name = `${seed === 1 ? "" : `seed-${seed}-`}combination-${size}-${number}`;
    const scenario = {
      name,
      files: Object.assign({}, ...parts.map(({ files }) => files)),
      commands: parts.flatMap(({ commands = [] }) => commands.map((command) => `(${command}) || true`)),
      seed: join(parts.map(({ seed }) => seed)),
    };
    return { title: `${name}: ${parts.map((part) => part.name).join(" + ")}`, scenario };
  });
}

/** A new scenario replaces only a few others, so that most combinations do not change. */
function choose(scenarios: readonly Scenario[], occasion: string): Scenario {
  const rank = ({ name }: Scenario) => hash(`${occasion} ${name}`);
  return scenarios.reduce((best, other) => (rank(other) > rank(best) ? other : best));
}

const HEADER = "#cloud-config\n";

function isPlain(text = ""): boolean {
  return text.trim() === "" || text.startsWith(HEADER);
}

/** Of a key that several documents have the last one counts, as it does within one. */
function join(seeds: readonly Seed[]): Seed {
  const texts = (name: keyof Seed) => seeds.flatMap((seed) => (seed[name] === undefined ? [] : [seed[name]]));
  const cloudConfig = (name: "user-data" | "vendor-data") =>
    texts(name).length === 0
      ? {}
      : {
          [name]:
            HEADER +
            texts(name)
              .map((text) => text.replace(HEADER, ""))
              .join("\n"),
        };
  const network = texts("network-config").at(-1);
  return {
    "meta-data": texts("meta-data").join("\n"),
    ...cloudConfig("user-data"),
    ...cloudConfig("vendor-data"),
    ...(network === undefined ? {} : { "network-config": network }),
  };
}
