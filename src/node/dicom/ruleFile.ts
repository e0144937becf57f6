// Receiving rules as an administrator writes them for a machine without a window: a JSON list, nodes by name or id.
import { randomUUID } from 'node:crypto';
import type { BatchSettings } from '../../core/domain/batch.ts';
import { SENT_KINDS } from '../../core/domain/dicomNode.ts';
import type { ReceivingRule, RemoteNode, ScanCondition, SentKind } from '../../core/domain/dicomNode.ts';
import { jsonFields, jsonList, jsonNumber, jsonText, refusedJson } from '../../core/domain/jsonFields.ts';
import type { JsonFields } from '../../core/domain/jsonFields.ts';

const MOST_MS = 60_000;

const textOrNull = (fields: JsonFields, key: string, where: string): string | null =>
  fields[key] === undefined || fields[key] === null ? null : jsonText(fields, key, where);

function secondsOrNull(fields: JsonFields, key: string, where: string): number | null {
  if (fields[key] === undefined || fields[key] === null) return null;
  return jsonNumber(fields, key, [0, MOST_MS], where) / 1000;
}

function conditionOf(value: unknown, where: string): ScanCondition {
  const fields = jsonFields(value, ['echoTimeFromMs', 'echoTimeToMs', 'sequenceContains', 'nucleus'], where);
  return {
    echoTimeFromS: secondsOrNull(fields, 'echoTimeFromMs', where),
    echoTimeToS: secondsOrNull(fields, 'echoTimeToMs', where),
    sequenceContains: textOrNull(fields, 'sequenceContains', where),
    nucleus: textOrNull(fields, 'nucleus', where),
  };
}

function quantificationOf(value: unknown, where: string): BatchSettings {
  const fields = jsonFields(value, ['recipe', 'method', 'alsoBy', 'basis'], where);
  const recipe = textOrNull(fields, 'recipe', where);
  return {
    // The word of the command line for what suits the scan.
    recipeId: recipe === 'auto' ? null : recipe,
    method: textOrNull(fields, 'method', where),
    alsoBy: jsonList(fields, 'alsoBy', where).map(String),
    basisId: textOrNull(fields, 'basis', where),
  };
}

function sendingOf(value: unknown, nodes: readonly RemoteNode[], where: string): ReceivingRule['send'] {
  const fields = jsonFields(value, ['to', 'what'], where);
  const nodeIds = jsonList(fields, 'to', where).map((wanted) => {
    const node = nodes.find(({ id, name }) => id === wanted || name === wanted);
    if (node === undefined) throw refusedJson(where, `there is no DICOM node ${JSON.stringify(wanted)}`);
    return node.id;
  });
  const kinds = jsonList(fields, 'what', where).map((wanted): SentKind => {
    const kind = SENT_KINDS.find((one) => one === wanted);
    if (kind === undefined)
      throw refusedJson(where, `"what" takes ${SENT_KINDS.join(', ')}, not ${JSON.stringify(wanted)}`);
    return kind;
  });
  if (nodeIds.length === 0 || kinds.length === 0) throw refusedJson(where, '"to" and "what" name one each at least');
  return { nodeIds, kinds };
}

function ruleOf(value: unknown, nodes: readonly RemoteNode[], where: string): ReceivingRule {
  const fields = jsonFields(value, ['id', 'name', 'isOn', 'when', 'quantify', 'send'], where);
  const { isOn = true, quantify = null, send = null } = fields;
  if (typeof isOn !== 'boolean') throw refusedJson(where, '"isOn" must be true or false');
  if (send !== null && quantify === null) throw refusedJson(where, 'a rule that sends a report quantifies first');
  return {
    id: textOrNull(fields, 'id', where) ?? randomUUID(),
    name: jsonText(fields, 'name', where),
    isOn,
    when: conditionOf(fields['when'] ?? {}, where),
    quantify: quantify === null ? null : quantificationOf(quantify, where),
    send: send === null ? null : sendingOf(send, nodes, where),
  };
}

/**
 * @param text JSON
 * @param nodes that reports may be sent to
 * @param where the file, for messages
 * @throws UsageError in one sentence
 */
export function parseRules(text: string, nodes: readonly RemoteNode[], where: string): ReceivingRule[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw refusedJson(where, 'it is no JSON');
  }
  const rules = jsonList({ rules: parsed }, 'rules', where);
  return rules.map((rule, i) => ruleOf(rule, nodes, `${where}, rule ${i + 1}`));
}
