// A server of files in a thread of its own, since disks block the thread that reads them. It gives parts of files, and has
// the fault that the first component of a path names, /FAULT/NAME: "whole" gives no parts, "breaks" only half of the whole;
// "fails-N", "changes-N" and "silent-N" concern block N, and all that is read with it.
import { fstatSync, openSync, readSync } from "node:fs";
import { createServer } from "node:http";
import { parentPort, workerData } from "node:worker_threads";

const { files, delay = 0 } = workerData;
const opened = new Map(Object.entries(files).map(([name, path]) => [name, openSync(path, "r")]));
const log = [];

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://127.0.0.1");
  const [, fault, name] = /^\/([^/]*)\/(.*)$/.exec(pathname) ?? [];
  log.push({ fault, range: request.headers.range });
  setTimeout(() => answer(request.headers, response, fault, opened.get(name)), delay);
});

function answer({ range }, response, fault, file) {
  if (file === undefined) return response.writeHead(404).end();
  const { size } = fstatSync(file);
  const bytesOf = (from, to) => {
    const bytes = Buffer.alloc(to - from);
    readSync(file, bytes, 0, bytes.length, from);
    return bytes;
  };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "") ?? [];
  const etag = '"1"';
  if (fault === "breaks" || fault === "whole" || first === undefined) {
    response.writeHead(200, { "content-length": size, etag });
    if (fault !== "breaks") return response.end(bytesOf(0, size));
    return response.write(bytesOf(0, Math.floor(size / 2)), () => response.destroy());
  }
  const [from, to] = [Number(first), Math.min(Number(last) + 1, size)];
  const [kind, block] = fault.split("-");
  const byte = block * 2 ** 18;
  const isMeant = from <= byte && byte < to;
  if (kind === "silent" && isMeant) return undefined;
  if (kind === "fails" && isMeant) return response.writeHead(403).end();
  const headers = { "content-range": `bytes ${from}-${to - 1}/${size}`, etag };
  return response
    .writeHead(206, kind === "changes" && isMeant ? { ...headers, etag: '"2"' } : headers)
    .end(bytesOf(from, to));
}

server.listen(0, "127.0.0.1", () => parentPort.postMessage({ port: server.address().port }));
parentPort.on("message", () => parentPort.postMessage({ log: log.splice(0) }));
