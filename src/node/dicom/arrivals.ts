// When what was received of a study is complete: once its sender has let go of the association and nothing has come for a
// moment; after a broken association, or while one stays open, when nothing has come for longer.

/** Of the quiet time: a sender that broke off tries again, and one that is slow goes on. */
const PATIENCE = 12;
const MOST_PATIENCE_MS = 120_000;

interface OpenAssociation {
  readonly callingAeTitle: string;
  /** StudyInstanceUIDs that came from this sender since. */
  readonly studies: Set<string>;
}

export class Arrivals {
  readonly #open = new Map<number, OpenAssociation>();
  /** Studies whose sender broke off, with its AE title. */
  readonly #brokenOff = new Map<string, string>();

  get openCount(): number {
    return this.#open.size;
  }

  opened(association: number, callingAeTitle: string): void {
    this.#open.set(association, { callingAeTitle, studies: new Set() });
  }

  /** An instance names its sender, not its association: it counts for all that this sender has open. */
  arrived(studyInstanceUid: string, callingAeTitle: string): void {
    for (const open of this.#open.values()) {
      if (open.callingAeTitle === callingAeTitle) open.studies.add(studyInstanceUid);
    }
  }

  closed(association: number, how: 'released' | 'aborted'): void {
    const open = this.#open.get(association);
    this.#open.delete(association);
    for (const study of open?.studies ?? []) {
      // A sender that comes again and ends well has mended it.
      if (how === 'released') this.#brokenOff.delete(study);
      else if (open !== undefined) this.#brokenOff.set(study, open.callingAeTitle);
    }
  }

  /** The receiver is gone, and with it every association. */
  allClosed(): void {
    for (const association of [...this.#open.keys()]) this.closed(association, 'aborted');
  }

  /** @param lastMs when the newest instance came @returns when the study is to be imported [ms since 1970] */
  completeAtMs(studyInstanceUid: string, lastMs: number, quietMs: number): number {
    const isOpen = [...this.#open.values()].some(({ studies }) => studies.has(studyInstanceUid));
    const waits = isOpen || this.#brokenOff.has(studyInstanceUid);
    return lastMs + (waits ? Math.max(quietMs, Math.min(PATIENCE * quietMs, MOST_PATIENCE_MS)) : quietMs);
  }

  /** @returns AE title of the sender that broke off; null: none did */
  brokenOffBy(studyInstanceUid: string): string | null {
    return this.#brokenOff.get(studyInstanceUid) ?? null;
  }

  /** After it was imported. */
  forget(studyInstanceUid: string): void {
    this.#brokenOff.delete(studyInstanceUid);
  }
}
