/** A light: told by symbol and word, which colour only repeats. */
export interface Light {
  readonly symbol: string;
  readonly word: string;
  readonly tone: 'ok' | 'caution' | 'stop' | 'muted';
}
