// Imports studies from the inbox as they become complete, one after another, and then applies the administrator's rules.
import { AppError, CancelledError } from '../../core/domain/errors.ts';
import type { TransferRecord } from '../../core/domain/dicomNode.ts';
import type { Warning } from '../../core/domain/provenance.ts';
import type { ImportDeps } from '../../core/pipeline/importFiles.ts';
import type { WaitingStudy } from '../../core/ports/dicomStore.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import { cancellationSource } from '../workers/cancellation.ts';
import type { Clock } from './clock.ts';
import type { DicomServiceHost } from './dicomService.ts';
import { failureText, importWaiting } from './importWaiting.ts';
import type { ImportedWaiting } from './importWaiting.ts';
import type { Receiving } from './receiving.ts';
import { runRule } from './receivingRules.ts';

/** What the database refused, for a full disk, is tried again after that. [ms] */
const TRIES_AGAIN_MS = 60_000;

export interface InboxWorkPorts {
  readonly store: StudyStore;
  readonly parse: ImportDeps['parse'];
  readonly host: DicomServiceHost;
  readonly clock: Clock;
  readonly receiving: Receiving;
  readonly onQueued: (transfer: TransferRecord) => void;
  /** Something ended: whoever waits for quiet may look again. */
  readonly onIdle: () => void;
}

const isFresh = ({ instances }: WaitingStudy): boolean => instances.some(({ problem }) => problem === null);

export class InboxWork {
  readonly #ports: InboxWorkPorts;
  readonly #cancel = cancellationSource();
  /** StudyInstanceUIDs that are being fetched: their import comes at the end of the fetch. */
  readonly #fetching = new Set<string>();
  /** One import at a time: two would read one study's state twice. */
  #imports: Promise<unknown> = Promise.resolve();
  #rules: Promise<void> | null = null;
  #isImporting = false;
  #isClosed = false;
  #notBeforeMs = 0;
  #arrivals = 0;
  #stopTimer: (() => void) | null = null;

  constructor(ports: InboxWorkPorts) {
    this.#ports = ports;
  }

  /** Everything that came is imported or has its problem, and every rule is applied. */
  get isIdle(): boolean {
    if (this.#isClosed) return true;
    if (this.#isImporting || this.#rules !== null) return false;
    const { store } = this.#ports;
    return !store.waitingStudies().some(isFresh) && store.pendingRuleRuns().length === 0;
  }

  /** An instance came: that only puts off what is planned, so that nothing is to be read until then. */
  arrived(): void {
    // What could be kept shows that the database takes something again.
    const isRefused = this.#notBeforeMs > this.#ports.clock.nowMs();
    this.#notBeforeMs = 0;
    this.#arrivals++;
    if (isRefused || this.#stopTimer === null) this.wake();
  }

  /** Imports what is complete, and comes back when the next will be. */
  wake(): void {
    if (this.#isClosed) return;
    this.#startRules();
    if (this.#isImporting) return;
    this.#clearTimer();
    const next = this.#nextComplete();
    if (next === null) return;
    const delay = Math.max(next.atMs, this.#notBeforeMs) - this.#ports.clock.nowMs();
    if (delay <= 0) void this.#importInTurn(next.study);
    else {
      this.#stopTimer = this.#ports.clock.after(delay, () => {
        this.#stopTimer = null;
        this.wake();
      });
    }
  }

  /** From now on a study is not imported by itself. */
  beginFetch(studyInstanceUid: string): void {
    this.#fetching.add(studyInstanceUid);
  }

  /**
   * Imports what the fetch brought, without applying a rule: whoever fetches reads it.
   * @throws StudyDbError; then it is tried again by itself
   */
  async endFetch(studyInstanceUid: string): Promise<ImportedWaiting> {
    try {
      const work = this.#imports.then(() => {
        const study = this.#waiting().find((one) => one.studyInstanceUid === studyInstanceUid);
        return study === undefined ? { studyIds: [], problems: [] } : this.#import(study, false);
      });
      this.#imports = work.catch(() => undefined);
      return await work;
    } finally {
      this.#fetching.delete(studyInstanceUid);
      this.wake();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#clearTimer();
    this.#cancel.cancel();
    await Promise.allSettled([this.#imports, this.#rules]);
  }

  #clearTimer(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
  }

  #waiting(): WaitingStudy[] {
    return this.#ports.store.waitingStudies();
  }

  #nextComplete(): { readonly study: WaitingStudy; readonly atMs: number } | null {
    const { store, receiving } = this.#ports;
    const quietMs = 1000 * store.dicomSettings().quietForS;
    const waiting = this.#waiting()
      .filter((study) => isFresh(study) && !this.#fetching.has(study.studyInstanceUid))
      .map((study) => {
        const { studyInstanceUid, lastReceivedAt } = study;
        return { study, atMs: receiving.arrivals.completeAtMs(studyInstanceUid, Date.parse(lastReceivedAt), quietMs) };
      });
    return waiting.sort((a, b) => a.atMs - b.atMs)[0] ?? null;
  }

  async #importInTurn(study: WaitingStudy): Promise<void> {
    this.#isImporting = true;
    const work = this.#imports.then(() => this.#import(study, true));
    this.#imports = work.catch(() => undefined);
    const before = this.#arrivals;
    try {
      await work;
    } catch {
      // What could be kept meanwhile shows that the database takes something again.
      if (this.#arrivals === before) this.#notBeforeMs = this.#ports.clock.nowMs() + TRIES_AGAIN_MS;
    } finally {
      this.#isImporting = false;
      this.wake();
      this.#ports.onIdle();
    }
  }

  /** @throws StudyDbError where the database refuses for now */
  async #import(study: WaitingStudy, byRule: boolean): Promise<ImportedWaiting> {
    const { store, parse, host, receiving } = this.#ports;
    const { studyInstanceUid } = study;
    const { cancellation } = this.#cancel;
    const warnings = this.#warningsFor(study);
    const senders = [...new Set(study.instances.map(({ callingAeTitle }) => callingAeTitle))];
    const how = { senders, isFetched: !byRule };
    try {
      const imported = await importWaiting(study, { store, parse, cancellation }, { byRule, warnings });
      receiving.arrivals.forget(studyInstanceUid);
      receiving.replaced.delete(studyInstanceUid);
      const problems = [...warnings.map(({ message }) => message), ...imported.problems];
      host.onEvent({ kind: 'imported', studyIds: imported.studyIds, problems, ...how });
      return { studyIds: imported.studyIds, problems };
    } catch (error) {
      if (isPassing(error)) throw error;
      const problem = failureText(error);
      store.failWaiting(
        study.instances.map(({ id }) => id),
        problem,
      );
      host.onEvent({ kind: 'imported', studyIds: [], problems: [problem], ...how });
      return { studyIds: [], problems: [problem] };
    }
  }

  #warningsFor({ studyInstanceUid }: WaitingStudy): Warning[] {
    const { receiving } = this.#ports;
    const sender = receiving.arrivals.brokenOffBy(studyInstanceUid);
    const brokenOff = `The sender ${sender ?? ''} broke off before it had sent everything; what had come is here.`;
    const replaced = 'An instance came twice with different content; the newer one is here.';
    return [
      ...(sender === null ? [] : [{ code: 'sender-broke-off', message: brokenOff }]),
      ...(receiving.replaced.has(studyInstanceUid) ? [{ code: 'instance-replaced', message: replaced }] : []),
    ];
  }

  #startRules(): void {
    if (this.#isClosed || this.#rules !== null || this.#ports.store.pendingRuleRuns().length === 0) return;
    this.#rules = this.#runRules().then((isThrough) => {
      this.#rules = null;
      // One may have come while the last was ending.
      if (isThrough) this.#startRules();
      else if (!this.#isClosed) this.#ports.clock.after(TRIES_AGAIN_MS, () => this.wake());
      this.#ports.onIdle();
    });
  }

  /** @returns false where the database refused, and the rules wait */
  async #runRules(): Promise<boolean> {
    const { store, host, onQueued } = this.#ports;
    const { cancellation } = this.#cancel;
    try {
      for (let run = store.pendingRuleRuns()[0]; run !== undefined; run = store.pendingRuleRuns()[0]) {
        if (this.#isClosed) return false;
        await runRule(run, { store, host, cancellation, onQueued });
      }
      return true;
    } catch {
      return false;
    }
  }
}

/** The database's own faults pass, as a disk is emptied, and another program may have imported it; what else breaks an import would break it again. */
function isPassing(error: unknown): boolean {
  if (error instanceof CancelledError) return true;
  return (
    error instanceof AppError &&
    ['DISK_FULL', 'STUDY_DB_READ_ONLY', 'STUDY_DB_FAILED', 'NOT_FOUND'].includes(error.code)
  );
}
