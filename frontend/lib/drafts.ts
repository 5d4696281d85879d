import { forget, keysWith, recall, remember } from "./storage";

/** Values typed into a form, kept until they are saved. `sent` is true from submit until the next page. */
export interface Draft {
  at: number;
  sent: boolean;
  values: DraftValue[];
}
export interface DraftValue {
  name: string;
  value: string;
  checked?: boolean;
  label?: string;
  /** Of a part whose rows come from the server. */
  part?: boolean;
}

const KEEP_MS = 7 * 24 * 3600 * 1000;
const key = (name: string): string => `draft:${name}`;

export function readDraft(name: string): Draft | null {
  const draft = recall<Draft>(key(name));
  return draft && Date.now() - draft.at < KEEP_MS ? draft : null;
}

export function writeDraft(name: string, values: DraftValue[]): void {
  remember(key(name), { at: Date.now(), sent: false, values } satisfies Draft);
}

export function markSent(name: string, sent: boolean): void {
  const draft = readDraft(name);
  if (draft) remember(key(name), { ...draft, sent });
}

export function dropDraft(name: string): void {
  forget(key(name));
}

/**
 * At the start of a page: a draft that was sent and whose form is not here again was saved.
 * Where the server asked for a sign-in instead (no user on the page), the draft stays.
 */
export function settleDrafts(): void {
  if (!document.body.dataset["user"]) {
    markSignIn();
    return;
  }
  const here = new Set([...document.querySelectorAll<HTMLElement>("[data-draft-key-value]")].map((form) => form.dataset["draftKeyValue"]));
  for (const stored of keysWith("draft:")) {
    const name = stored.slice("draft:".length);
    const draft = recall<Draft>(stored);
    if (!draft || Date.now() - draft.at > KEEP_MS) forget(stored);
    else if (draft.sent && !here.has(name)) {
      if (document.body.dataset["page"] !== "error" && !cameFromSignIn()) forget(stored);
      else markSent(name, false);
    }
  }
}

const SIGN_IN = "jantar:sign-in";

function markSignIn(): void {
  try {
    sessionStorage.setItem(SIGN_IN, "1");
  } catch {
    // Then a refused draft is dropped with the page, as without this helper.
  }
}

/** True on the first page after a sign-in: then the form was refused, not saved. */
function cameFromSignIn(): boolean {
  try {
    const marked = sessionStorage.getItem(SIGN_IN) === "1";
    sessionStorage.removeItem(SIGN_IN);
    return marked;
  } catch {
    return false;
  }
}
