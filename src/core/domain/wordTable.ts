// Tables that are looked up by words of a file or a user.

/** Without the properties that every object inherits: "constructor" and "__proto__" are found only where they are given. */
export function wordTable<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, entries);
}
