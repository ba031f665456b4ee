import { hazardsIn } from "./hazards.ts";
import { pageElements } from "./pageElements.ts";

/** What is wrong with the structure of a page. */
export function faults(text: string): string[] {
  const elements = pageElements(text);
  const ids = elements.flatMap(({ attributes }) => attributes.id ?? []);
  const known = new Set(ids);
  return [
    ...hazardsIn(text),
    ...(known.size === ids.length ? [] : ["an id occurs twice"]),
    ...elements.flatMap(({ name, attributes }) =>
      Object.entries(attributes).flatMap(([attribute, value]) => {
        if (attribute === "style" || attribute.startsWith("on") || attribute === "src") return `${name} ${attribute}`;
        if (attribute === "id" && !/^[a-z]+(?:-[a-z]+)?$|^[a-z0-9-]+$/.test(value)) return `id ${value}`;
        const isLink = attribute === "href" || attribute === "aria-labelledby";
        return isLink && !known.has(value.replace(/^#/, "")) ? `${name} leads nowhere: ${value}` : [];
      }),
    ),
    ...(/url\(|@import|https?:\/\//.test(text) ? ["something from outside"] : []),
  ];
}
