import { text } from "./texts";

/** Why a file was not taken, in the words of the server where it has some. */
export function reasonOf(request: XMLHttpRequest): string {
  const type = request.getResponseHeader("Content-Type") ?? "";
  try {
    if (type.includes("json")) return (JSON.parse(request.responseText) as { detail?: string }).detail || text("failed");
  } catch {
    return text("failed");
  }
  return type.startsWith("text/plain") ? request.responseText : text(request.status === 413 ? "tooLarge" : "failed");
}
