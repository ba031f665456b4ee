/** Holds what was recorded of user-data against the cloud-init of the real roots. */
import { askRoot, holdRecording } from "../recordings.ts";

interface Given extends Readonly<Record<string, unknown>> {
  readonly userData: string;
}

// Debian's 20.4 has no scripts for each boot or instance.
holdRecording<Given>(
  "config/userData/cases.json",
  ({ suite }, cases) => {
    const texts = cases.map(({ userData }) => userData);
    return askRoot<unknown[]>(suite, "config/recordUserData.py", texts, "/tmp").map((results) => ({ results }));
  },
  { on: ["bookworm", "trixie", "sid"] },
);
