// What the kernel tells of another process. Linux only.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Memory that the process holds, in MB. */
export function readRssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

/** Open sockets of the process, listening ones included. */
export function countSockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((name) => isSocket(`${folder}/${name}`)).length;
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith("socket:");
  } catch {
    // Closed since the folder was listed.
    return false;
  }
}

/** Bytes that wait in the kernel for each peer of a listening port, by the peer's port. */
export function readSendQueues(port: number): Map<number, number> {
  const queues = new Map<number, number>();
  for (const line of readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1)) {
    const [, local = "", remote = "", state = "", waiting = ""] = line.trim().split(/\s+/);
    if (state !== ESTABLISHED || readPort(local) !== port) continue;
    queues.set(readPort(remote), Number.parseInt(waiting, 16));
  }
  return queues;
}

const ESTABLISHED = "01";

function readPort(address: string): number {
  return Number.parseInt(address.split(":")[1] ?? "", 16);
}
