// Rows of the table of settings.
import type { Connection } from './connection.ts';

export function readSetting(connection: Connection, key: string): string | null {
  return connection.get('SELECT value FROM settings WHERE key = ?', [key])?.text('value') ?? null;
}

export function writeSetting(connection: Connection, key: string, value: string): void {
  connection.run(
    'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    [key, value],
  );
}
