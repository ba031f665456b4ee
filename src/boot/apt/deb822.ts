/** Whether cloud-init takes apt sources for deb822 format: by the start of any line (since 23.4). */
export function isDeb822(sources: string): boolean {
  return !/^deb(?:-src)? /m.test(sources) && /^(?:Types|Suites|Components|URIs): /m.test(sources);
}
