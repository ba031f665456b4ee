import type { Image, ImageProblem, Stat } from "./image.ts";

/** An image that answers as another one does, and notes each path that is asked for. */
export abstract class WatchedImage implements Image {
  protected readonly image: Image;

  constructor(image: Image) {
    this.image = image;
  }

  /** Notes a path before it is looked up. */
  protected abstract note(path: string): void;

  get source(): string {
    return this.image.source;
  }
  get doubts(): readonly string[] {
    return this.image.doubts ?? [];
  }
  get problems(): readonly ImageProblem[] {
    return this.image.problems;
  }
  addProblem(path: string, reason: string): void {
    this.image.addProblem(path, reason);
  }
  stat(path: string): Stat | undefined {
    this.note(path);
    return this.image.stat(path);
  }
  lstat(path: string): Stat | undefined {
    this.note(path);
    return this.image.lstat(path);
  }
  read(path: string): Buffer | undefined {
    this.note(path);
    return this.image.read(path);
  }
  list(path: string): readonly string[] {
    this.note(path);
    return this.image.list(path);
  }
  readlink(path: string): string | undefined {
    this.note(path);
    return this.image.readlink(path);
  }
  realpath(path: string): string | undefined {
    this.note(path);
    return this.image.realpath(path);
  }
}
