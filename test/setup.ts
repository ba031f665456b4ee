import fc from "fast-check";
import { afterEach } from "vitest";
import { removeTrees } from "./image/tree.ts";
import { whole } from "./samples.ts";

// Whoever runs the tests, files have the modes that a shell gives them, and unit tests try the same values each time.
process.umask(0o022);
fc.configureGlobal(whole ? {} : { seed: 1 });

// This file is run for each test file; what tests import, and hooks in it, are not.
afterEach(removeTrees);
