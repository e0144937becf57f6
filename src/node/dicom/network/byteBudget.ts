// How much memory all open associations together may hold of data sets that are not complete or not stored yet.

export interface ByteBudget {
  /** @returns false, and takes nothing, where so much is not left */
  readonly take: (bytes: number) => boolean;
  readonly give: (bytes: number) => void;
}

export function byteBudget(totalBytes: number): ByteBudget {
  let left = totalBytes;
  return {
    take: (bytes) => {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    give: (bytes) => {
      left += bytes;
    },
  };
}
