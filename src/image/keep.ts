/** Whether to keep the bytes of the file at `path`, `size` of them, while they stream by. */
export type Keep = (path: string, size: number) => boolean;
