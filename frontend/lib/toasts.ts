export interface ToastOptions {
  tone?: string;
  actionLabel?: string;
  actionUrl?: string;
}

/** Shows a message in the toasts region of the page. */
export function toast(message: string, options: ToastOptions = {}): void {
  if (message) document.dispatchEvent(new CustomEvent("toast:show", { detail: { message, ...options } }));
}
