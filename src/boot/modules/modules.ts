import type { Module } from "../module.ts";

/** Every module that is simulated: one line each. */
export const modules: readonly Module[] = [];
