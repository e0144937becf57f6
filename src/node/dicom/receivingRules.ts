// An administrator's rules: which one a study's scans meet, and what it has done to the study without a click.
import type { ReceivingRule, ScanCondition, TransferRecord } from '../../core/domain/dicomNode.ts';
import { CancelledError, toErrorRecord } from '../../core/domain/errors.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { RuleRun } from '../../core/ports/dicomStore.ts';
import type { DatasetDescription, StudyStore } from '../../core/ports/studyStore.ts';
import type { DicomServiceHost } from './dicomService.ts';

type Scan = Pick<DatasetDescription, 'echoTimeS' | 'sequence' | 'nucleus'>;

/** Headers give echo times in ms with a decimal or two. [s] */
const ECHO_TIME_TOLERANCE_S = 1e-6;

/** Whether a scan meets all that a condition asks for; what its header doesn't say, it doesn't meet. */
export function meets({ echoTimeS, sequence, nucleus }: Scan, when: ScanCondition): boolean {
  const { echoTimeFromS, echoTimeToS, sequenceContains } = when;
  const isLongEnough = echoTimeFromS === null || (echoTimeS ?? -Infinity) >= echoTimeFromS - ECHO_TIME_TOLERANCE_S;
  const isShortEnough = echoTimeToS === null || (echoTimeS ?? Infinity) <= echoTimeToS + ECHO_TIME_TOLERANCE_S;
  const hasName =
    sequenceContains === null || (sequence ?? '').toLowerCase().includes(sequenceContains.trim().toLowerCase());
  return isLongEnough && isShortEnough && hasName && (when.nucleus === null || when.nucleus === nucleus);
}

/** The first rule that is on and that one of the scans meets; null: none. */
export function ruleFor(rules: readonly ReceivingRule[], scans: readonly Scan[]): ReceivingRule | null {
  return rules.find((rule) => rule.isOn && scans.some((scan) => meets(scan, rule.when))) ?? null;
}

export interface RulePorts {
  readonly store: StudyStore;
  readonly host: Pick<DicomServiceHost, 'quantify' | 'reportObjects' | 'onEvent'>;
  readonly cancellation: Cancellation;
  readonly onQueued: (transfer: TransferRecord) => void;
}

async function applyRule(rule: ReceivingRule, studyId: string, ports: RulePorts): Promise<void> {
  const { store, host, cancellation, onQueued } = ports;
  if (rule.quantify === null) return;
  const analysisId = await host.quantify(studyId, rule.quantify, cancellation);
  cancellation.throwIfCancelled();
  if (analysisId === null || rule.send === null) return;
  const { nodeIds, kinds } = rule.send;
  // Before the report is made: a node that is gone is said at once.
  const nodes = nodeIds.map((id) => store.getNode(id));
  const objects = await host.reportObjects(analysisId, kinds);
  cancellation.throwIfCancelled();
  for (const node of nodes) {
    onQueued(store.queueTransfer({ studyId, analysisId, node, kinds, objects, requestedBy: null }));
  }
}

/** Applies the rule that fits, once; a failure is kept and told. What the program's end breaks off is done at the next start. */
export async function runRule(run: RuleRun, ports: RulePorts): Promise<void> {
  const { store, host } = ports;
  const scans = store.listDatasets(run.studyId).filter(({ role }) => role === 'metabolite');
  const rule = ruleFor(
    store.dicomSettings().rules,
    scans.map(({ description }) => description),
  );
  if (rule === null) {
    store.endRuleRun(run, null, null);
    return;
  }
  let message: string | null = null;
  try {
    await applyRule(rule, run.studyId, ports);
  } catch (error) {
    if (error instanceof CancelledError && ports.cancellation.isCancelled()) return;
    message = toErrorRecord(error).message;
  }
  store.endRuleRun(run, rule.id, message);
  host.onEvent({ kind: 'processed', studyId: run.studyId, ruleId: rule.id, message });
}
