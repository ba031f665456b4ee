/** Whether cloud-init detects apt sources in deb822 format: by the start of any line (since 23.4). */
export function isDeb822(sources: string): boolean {
  return !/(?:^|\n)deb(?:-src)? /.test(sources) && /(?:^|\n)(?:Types|Suites|Components|URIs): /.test(sources);
}
