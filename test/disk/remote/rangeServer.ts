import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { onTestFinished } from "vitest";

/** What a server was asked for. */
interface Asked {
  readonly fault: string;
  readonly range: string | undefined;
}

/** A server in a thread of its own, from which disks can be read. */
export interface RangeServer {
  /** The URL of a file that the server was started with. @param fault what is wrong, as in rangeServer.mjs */
  url(name: string, fault?: string): string;
  /** The requests since this was last asked. */
  asked(): Promise<readonly Asked[]>;
}

/** Starts a server of files on 127.0.0.1 that goes when the test is finished. @param delay of each answer, in milliseconds */
export async function rangeServer(files: Readonly<Record<string, string>>, delay = 0): Promise<RangeServer> {
  const thread = new Worker(new URL("./rangeServer.mjs", import.meta.url), { workerData: { files, delay } });
  onTestFinished(async () => void (await thread.terminate()));
  const [{ port }] = (await once(thread, "message")) as [{ port: number }];
  return {
    url: (name, fault = "fine") => `http://127.0.0.1:${port}/${fault}/${name}`,
    async asked() {
      thread.postMessage("log");
      const [{ log }] = (await once(thread, "message")) as [{ log: Asked[] }];
      return log;
    },
  };
}
