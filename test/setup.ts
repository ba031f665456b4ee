import fc from "fast-check";
import { afterEach } from "vitest";
import { removeTrees } from "./image/tree.ts";
import { seed } from "./samples.ts";

// Whoever runs the tests, files have the modes that a shell gives them, and the same values are tried each time.
process.umask(0o022);
fc.configureGlobal({ seed });

// This file is run for each test file; what tests import, and hooks in it, are not.
afterEach(removeTrees);
