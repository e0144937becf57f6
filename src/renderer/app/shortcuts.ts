// Keys → commands: a combination is compared as the commands write it ("Ctrl+K"; Cmd counts as Ctrl).
import { t } from './i18n/index.ts';
import { editsText, takesLetters } from './typing.ts';

/** Where a command stands in menus and lists. `settings` and `studies` are found by the palette alone. */
export type CommandGroup =
  | 'file'
  | 'report'
  | 'edit'
  | 'go'
  | 'view'
  | 'images'
  | 'study'
  | 'spectrum'
  | 'settings'
  | 'studies'
  | 'recent'
  | 'help';

export interface Command {
  readonly id: string;
  readonly title: string;
  readonly group: CommandGroup;
  /** As shown, e.g. "Ctrl+K"; empty: none. */
  readonly keys: string;
  /** Fields that text is typed into have this combination for themselves. */
  readonly yieldsToFields?: boolean;
  readonly isAvailable: () => boolean;
  /** Why it can't be done now, in a sentence; asked only then. Without it, the title alone is told. */
  readonly whyNot?: () => string;
  readonly run: () => void;
}

/** Runs a command; one that can't be done now is refused instead. */
export function runOrRefuse(command: Command, refuse: (command: Command) => void): void {
  if (command.isAvailable()) command.run();
  else refuse(command);
}

/** "“Run fit” is not available now. The choices for this scan are being looked up." */
export function refusal({ title, whyNot }: Command): string {
  const name = title.replace(/…$/, '');
  return whyNot === undefined
    ? t('app.commands.notNow', { name })
    : t('app.commands.notNowFor', { name, reason: whyNot() });
}

/** The combination of a key event as commands write it. */
export function combination(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'code'>,
): string {
  const control = event.ctrlKey || event.metaKey;
  // With Alt, some layouts and macOS give another character; the code still names the digit.
  const digit = /^Digit(\d)$/.exec(event.code)?.[1];
  const key =
    event.altKey && digit !== undefined ? digit : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const parts: string[] = [];
  if (control) parts.push('Ctrl');
  if (event.altKey) parts.push('Alt');
  // "?" is Shift already.
  if (event.shiftKey && /^[A-Z]$/.test(key)) parts.push('Shift');
  // The key of "+" gives "=" without Shift on many keyboards.
  return [...parts, control && key === '=' ? '+' : key].join('+');
}

/**
 * Runs the command of a key event.
 * @param refuse told of a command that can't be done now; once for a key that is held
 * @returns whether there was one
 */
export function runShortcut(
  event: KeyboardEvent,
  commands: readonly Command[],
  refuse: (command: Command) => void,
): boolean {
  const keys = combination(event);
  const command = commands.find((c) => c.keys !== '' && c.keys === keys);
  if (command === undefined) return false;
  const plain = !/Ctrl\+|Alt\+|^F\d/.test(keys);
  if (plain && takesLetters(event.target)) return false;
  if (command.yieldsToFields === true && editsText(event.target)) return false;
  if (!event.repeat || command.isAvailable()) runOrRefuse(command, refuse);
  return true;
}
