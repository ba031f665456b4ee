import { all, printSample, seed } from "../../samples.ts";
import { combinations } from "./combinations.ts";
import { type Scenario, type Suite, suites } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

/**
 * Every scenario on every release takes more than an hour when no boot is cached: these are booted on every release, the
 * others on one, the next one with the next seed.
 */
const everywhere =
  /^(stock|sshd-.*|hosts-(template|localhost)|hostname-.*|apt-(key-absent|template.*|conf-and-proxies)|ntp-.*|locale-.*|timezone.*|accounts-(many|passwords|sudoers-.*)|users-.*|ssh-(metadata-keys|root-has-the-key|keys-.*)|write-files|commands|mounts-configured|network-.*|baked-.*|[a-z]+-(stock|host|network-v1))$/;

/** How many combinations of two scenarios, and of four, each release boots. */
const COMBINATIONS = all ? 24 : 6;

/** A scenario and what its test is called. */
interface Titled {
  readonly title: string;
  readonly scenario: Scenario;
}

/** The written scenarios that a run boots on a release. */
export function scenariosOf(suite: Suite): Titled[] {
  const possible = scenarios.filter(({ suites: only = suites }) => only.includes(suite));
  const taken = scenarios.filter(
    ({ name, suites: only = suites }, index) =>
      only.includes(suite) && (all || everywhere.test(name) || only[(index + seed - 1) % only.length] === suite),
  );
  printSample(`scenarios on ${suite}`, taken.length, possible.length);
  return taken.map((scenario) => ({ title: scenario.name, scenario }));
}

/** The generated ones. */
export function combinationsOf(suite: Suite): Titled[] {
  return [2, 4].flatMap((size) => combinations(scenarios, suite, COMBINATIONS, size));
}
