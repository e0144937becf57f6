// Keys → commands: a combination is compared as the commands write it ("Ctrl+K"; Cmd counts as Ctrl).
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
  readonly run: () => void;
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

/** Runs the command of a key event. @returns whether there was one */
export function runShortcut(event: KeyboardEvent, commands: readonly Command[]): boolean {
  const keys = combination(event);
  const command = commands.find((c) => c.keys !== '' && c.keys === keys);
  if (command === undefined) return false;
  const plain = !/Ctrl\+|Alt\+|^F\d/.test(keys);
  if (plain && takesLetters(event.target)) return false;
  if (command.yieldsToFields === true && editsText(event.target)) return false;
  if (command.isAvailable()) command.run();
  return true;
}
