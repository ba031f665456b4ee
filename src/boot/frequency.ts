/** How often cloud-init runs a module. */
export type Frequency = "once-per-instance" | "always" | "once";

/** The part of the boot in which something happens: before the network, and the three module lists. */
export type Stage = "init-local" | "init" | "config" | "final";
