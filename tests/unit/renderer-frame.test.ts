// The frame without a window: undo, menus, keys, recent studies, scale, the tour's card.
import { createPinia, setActivePinia } from 'pinia';
import { effectScope, nextTick, ref, type EffectScope } from 'vue';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { menuSchema } from '../../src/ipc/frameContract.ts';
import { nativeMenus } from '../../src/renderer/app/menus.ts';
import {
  combination,
  refusal,
  runOrRefuse,
  runShortcut,
  type Command,
  type CommandGroup,
} from '../../src/renderer/app/shortcuts.ts';
import { useUndo } from '../../src/renderer/app/undo.ts';
import { cardPlace } from '../../src/renderer/features/help/model.ts';
import { parsePlace, parseRecent, withNewest } from '../../src/renderer/features/session/model.ts';
import { parseScale, SCALES, steppedScale } from '../../src/renderer/features/settings/model.ts';

describe('undo', () => {
  let scope: EffectScope;
  let nowMs = 0;

  beforeEach(() => {
    setActivePinia(createPinia());
    scope = effectScope();
    nowMs = 1000;
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  });
  afterEach(() => {
    scope.stop();
    vi.restoreAllMocks();
  });

  /** A view with two parts; a change is put on record once Vue has told of it. */
  function view() {
    const undo = useUndo();
    const phase = ref({ deg: 0 });
    const layout = ref('read');
    scope.run(() => {
      undo.track(
        'phase',
        () => phase.value,
        (before) => (phase.value = before),
      );
      undo.track(
        'layout',
        () => layout.value,
        (before) => (layout.value = before),
      );
    });
    const set = async (change: () => void, afterMs: number): Promise<void> => {
      nowMs += afterMs;
      change();
      await nextTick();
    };
    return { undo, phase, layout, set };
  }

  it('takes a drag as one step, and steps apart in time as two', async () => {
    const { undo, phase, set } = view();
    for (const deg of [1, 2, 3]) await set(() => (phase.value = { deg }), 30);
    await set(() => (phase.value = { deg: 40 }), 2000);
    undo.undo();
    await nextTick();
    expect(phase.value).toEqual({ deg: 3 });
    undo.undo();
    await nextTick();
    expect(phase.value).toEqual({ deg: 0 });
    expect(undo.canUndo).toBe(false);
    undo.redo();
    undo.redo();
    await nextTick();
    expect(phase.value).toEqual({ deg: 40 });
    expect(undo.canRedo).toBe(false);
  });

  it('takes back a change with its consequence, and parts another change of another part', async () => {
    const { undo, phase, layout, set } = view();
    await set(() => (phase.value = { deg: 5 }), 2000);
    await set(() => (layout.value = 'mrsi'), 10);
    await set(() => (layout.value = 'report'), 2000);
    undo.undo();
    expect([phase.value.deg, layout.value]).toEqual([5, 'mrsi']);
    undo.undo();
    expect([phase.value.deg, layout.value]).toEqual([0, 'read']);
  });

  it('does not take what it puts back for a step, and drops what was undone at a new change', async () => {
    const { undo, phase, set } = view();
    await set(() => (phase.value = { deg: 5 }), 2000);
    undo.undo();
    await nextTick();
    expect([undo.canUndo, undo.canRedo]).toEqual([false, true]);
    await set(() => (phase.value = { deg: 7 }), 10);
    expect([undo.canUndo, undo.canRedo]).toEqual([true, false]);
    undo.undo();
    expect(phase.value.deg).toBe(0);
  });

  it('forgets', async () => {
    const { undo, phase, set } = view();
    await set(() => (phase.value = { deg: 5 }), 2000);
    undo.forget();
    undo.undo();
    expect(phase.value.deg).toBe(5);
    expect(undo.canUndo).toBe(false);
  });
});

describe('native menus', () => {
  const command = (id: string, group: CommandGroup, available = true): Command => ({
    id,
    title: id,
    group,
    keys: '',
    isAvailable: () => available,
    run: () => undefined,
  });
  const words = { menu: (id: string) => id, recent: 'recent' };

  it('hold every command of their groups, parted by group; settings and found studies are the palette’s', () => {
    const menus = nativeMenus(
      [
        command('open', 'file'),
        command('pdf', 'report', false),
        command('recent-1', 'recent'),
        command('worklist', 'go'),
        command('theme', 'view'),
        command('set-theme', 'settings'),
        command('studies-1', 'studies'),
      ],
      words,
    );
    menus.forEach((menu) => expect(() => menuSchema.parse(menu)).not.toThrow());
    const shape = menus.map(({ id, items }) => [
      id,
      items.map((i) => (i.kind === 'command' ? `${i.id}${i.enabled ? '' : ' (off)'}` : i.kind)),
    ]);
    expect(shape).toEqual([
      ['file', ['open', 'list', 'separator', 'pdf (off)']],
      ['edit', []],
      ['view', ['worklist', 'separator', 'theme']],
      ['study', []],
      ['help', []],
    ]);
  });

  it('cut a name that is too long for the contract', () => {
    const [file] = nativeMenus([{ ...command('open', 'file'), title: 'x'.repeat(500) }], words);
    expect(() => menuSchema.parse(file)).not.toThrow();
  });
});

describe('keys', () => {
  const key = (part: Partial<KeyboardEvent>) =>
    combination({ key: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, code: '', ...part });

  it('are written the same on every keyboard', () => {
    expect(key({ key: '=', ctrlKey: true, code: 'Equal' })).toBe('Ctrl++');
    expect(key({ key: '+', ctrlKey: true, shiftKey: true, code: 'Equal' })).toBe('Ctrl++');
    expect(key({ key: '=', code: 'Equal' })).toBe('=');
    expect(key({ key: 'z', metaKey: true, shiftKey: true })).toBe('Ctrl+Shift+Z');
    expect(key({ key: 'F1' })).toBe('F1');
  });
});

describe('keys while a field has the focus', () => {
  class Element {
    isContentEditable = false;
    constructor(readonly tagName: string) {}
  }
  class Input extends Element {
    constructor(readonly type: string) {
      super('INPUT');
    }
  }
  beforeEach(() => {
    vi.stubGlobal('HTMLElement', Element);
    vi.stubGlobal('HTMLInputElement', Input);
  });
  afterEach(() => void vi.unstubAllGlobals());

  const ran: string[] = [];
  const command = (keys: string, part: Partial<Command> = {}): Command => ({
    id: keys,
    title: keys,
    group: 'edit',
    keys,
    isAvailable: () => true,
    run: () => void ran.push(keys),
    ...part,
  });
  const commands = [
    command('['),
    command('F1'),
    command('Ctrl+R'),
    command('Ctrl+Z', { yieldsToFields: true }),
    command('Ctrl+E', { isAvailable: () => false }),
  ];
  const refused: string[] = [];
  const press = (target: Element, keys: string, repeat = false): boolean => {
    const event = { key: keys.split('+').at(-1), ctrlKey: keys.startsWith('Ctrl'), code: '', target, repeat };
    return runShortcut(event as unknown as KeyboardEvent, commands, ({ id }) => refused.push(id));
  };

  it.each([
    // Text has its letters and its own undo; a list its letters; a slider neither.
    [new Input('text'), ['F1', 'Ctrl+R']],
    [new Element('TEXTAREA'), ['F1', 'Ctrl+R']],
    [new Element('SELECT'), ['F1', 'Ctrl+R', 'Ctrl+Z']],
    [new Input('range'), ['[', 'F1', 'Ctrl+R', 'Ctrl+Z']],
    [new Element('BUTTON'), ['[', 'F1', 'Ctrl+R', 'Ctrl+Z']],
  ])('go to the window or to the field: %o', (target, expected) => {
    ran.length = 0;
    for (const keys of ['[', 'F1', 'Ctrl+R', 'Ctrl+Z']) press(target, keys);
    expect(ran).toEqual(expected);
  });

  it('are taken by a command that can’t be done now, which is refused once and not run', () => {
    ran.length = 0;
    refused.length = 0;
    expect(press(new Element('BUTTON'), 'Ctrl+E')).toBe(true);
    // The key is held down.
    expect(press(new Element('BUTTON'), 'Ctrl+E', true)).toBe(true);
    expect(press(new Element('BUTTON'), 'Ctrl+Q')).toBe(false);
    expect([ran, refused]).toEqual([[], ['Ctrl+E']]);
  });

  it('of letters typed into text refuse nothing', () => {
    commands.push(command(']', { isAvailable: () => false }));
    refused.length = 0;
    expect(press(new Input('text'), ']')).toBe(false);
    expect(press(new Element('BUTTON'), ']')).toBe(true);
    expect(refused).toEqual([']']);
  });
});

describe('a command that can’t be done now', () => {
  const command = (part: Partial<Command>): Command => ({
    id: 'save',
    title: 'Save the report…',
    group: 'report',
    keys: '',
    isAvailable: () => false,
    run: () => undefined,
    ...part,
  });

  it('says so by its name, with the reason where it has one', () => {
    expect(refusal(command({}))).toBe('“Save the report” is not available now.');
    expect(refusal(command({ whyNot: () => 'There is no result.' }))).toBe(
      '“Save the report” is not available now. There is no result.',
    );
  });

  it('is refused; one that can be done is run', () => {
    const told: string[] = [];
    runOrRefuse(command({ run: () => told.push('run') }), ({ id }) => told.push(`refused ${id}`));
    runOrRefuse(command({ isAvailable: () => true, run: () => told.push('run') }), () => told.push('refused'));
    expect(told).toEqual(['refused save', 'run']);
  });
});

describe('what is remembered of the session', () => {
  it('lists recent studies newest first, each once, ten at most', () => {
    const many = Array.from({ length: 12 }, (_, i) => `s${i}`).reduce<string[]>(withNewest, []);
    expect(many).toEqual(['s11', 's10', 's9', 's8', 's7', 's6', 's5', 's4', 's3', 's2']);
    expect(withNewest(['a', 'b'], 'b')).toEqual(['b', 'a']);
    expect(parseRecent(JSON.stringify(['a', 7, 'b']))).toEqual(['a', 'b']);
    expect([parseRecent(null), parseRecent('{'), parseRecent('{"a":1}')]).toEqual([[], [], []]);
  });

  it('knows a place, and nothing that is none', () => {
    expect(parsePlace('{"page":"study","studyId":"a"}')).toEqual({ page: 'study', studyId: 'a' });
    expect(parsePlace('{"page":"models","studyId":4}')).toEqual({ page: 'models', studyId: null });
    for (const wrong of [null, '{', '[]', '{"page":"moon"}', 'null']) expect(parsePlace(wrong)).toBeNull();
  });
});

describe('scale', () => {
  it('goes in steps and stays within them', () => {
    expect(steppedScale(100, 1)).toBe(110);
    expect(steppedScale(200, 1)).toBe(200);
    expect(steppedScale(100, -1)).toBe(100);
    expect(SCALES.map((percent) => parseScale(String(percent)))).toEqual([...SCALES]);
    expect([parseScale(null), parseScale('90'), parseScale('x')]).toEqual([100, 100, 100]);
  });
});

describe('help', () => {
  const card = { width: 300, height: 150 };
  const window = { width: 1280, height: 800 };

  it('puts the tour’s card beside what it points at, always on the window', () => {
    const targets = [
      { left: 100, top: 10, width: 400, height: 200 },
      { left: 100, top: 600, width: 400, height: 190 },
      { left: 0, top: 0, width: 600, height: 800 },
      { left: 700, top: 0, width: 580, height: 800 },
      { left: 0, top: 0, width: 1280, height: 800 },
      { left: 1200, top: 10, width: 60, height: 20 },
    ];
    for (const target of targets) {
      const { left, top } = cardPlace(target, card, window);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(left + card.width).toBeLessThanOrEqual(window.width);
      expect(top + card.height).toBeLessThanOrEqual(window.height);
      const apart =
        left >= target.left + target.width ||
        left + card.width <= target.left ||
        top >= target.top + target.height ||
        top + card.height <= target.top;
      expect(apart || target.width === window.width, JSON.stringify(target)).toBe(true);
    }
    expect(cardPlace(null, card, window)).toEqual({ left: 490, top: 325 });
  });
});
