// What the study host asks of the main process: each answer finds its question, and nobody waits for ever.
import { describe, expect, it } from 'vitest';
import type { FromHost } from '../../src/main/hostMessages.ts';
import { createMainRequests } from '../../src/main/mainRequests.ts';

function asking(patienceMs?: number) {
  const asked: Extract<FromHost, { kind: 'ask' }>[] = [];
  const main = createMainRequests((message) => {
    if (message.kind === 'ask') asked.push(message);
  }, patienceMs);
  return { main, asked };
}

const PAGE = { html: '<p>1</p>', paper: 'a4', as: 'pdf' } as const;

describe('what the host asks of the main process', () => {
  it('gets each its own answer, in whatever order', async () => {
    const { main, asked } = asking();
    const [first, second] = [main.print(PAGE), main.print({ ...PAGE, as: 'png' })];
    expect(asked.map(({ request }) => request.as)).toEqual(['pdf', 'png']);
    main.settle({ answerTo: asked[1]!.id, ok: true, value: Uint8Array.of(2) });
    main.settle({
      answerTo: asked[0]!.id,
      ok: false,
      error: { code: 'PROCESSING_FAILED', message: 'The report could not be laid out as PDF.', details: {} },
    });
    expect(await second).toEqual(Uint8Array.of(2));
    await expect(first).rejects.toThrow('The report could not be laid out as PDF.');
  });

  it('gives up in words where nobody prints, and takes no notice of a late answer', async () => {
    const { main, asked } = asking(1);
    await expect(main.print(PAGE)).rejects.toThrow('it can’t be sent as PDF or picture now');
    expect(() => main.settle({ answerTo: asked[0]!.id, ok: true, value: Uint8Array.of(1) })).not.toThrow();
  });
});
