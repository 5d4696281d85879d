/** What the browser keeps for this user only. A full or forbidden store is no reason to fail. */
const prefix = (): string => `jantar:${document.body.dataset["user"] || "-"}:`;

export function recall<T>(key: string): T | null {
  try {
    const stored = localStorage.getItem(prefix() + key);
    return stored === null ? null : (JSON.parse(stored) as T);
  } catch {
    return null;
  }
}

export function remember(key: string, value: unknown): void {
  try {
    localStorage.setItem(prefix() + key, JSON.stringify(value));
  } catch {
    // Kept in memory of the page only.
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(prefix() + key);
  } catch {
    // Nothing was stored.
  }
}

/** Keys of this user that start with `start`. */
export function keysWith(start: string): string[] {
  try {
    const whole = prefix() + start;
    return Object.keys(localStorage).filter((key) => key.startsWith(whole)).map((key) => key.slice(prefix().length));
  } catch {
    return [];
  }
}

/** Forgets everything kept for anybody in this browser (at sign-out). */
export function forgetAll(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith("jantar:")) localStorage.removeItem(key);
  } catch {
    // Nothing was stored.
  }
}

export function setCookie(name: string, value: string): void {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
}
