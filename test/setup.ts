import fc from "fast-check";
import { sample } from "./samples.ts";

// Whoever runs the tests, files have the modes that a shell gives them, and unit tests try the same values each time.
process.umask(0o022);
fc.configureGlobal(sample(1, 0) === 1 ? { seed: 1 } : {});
