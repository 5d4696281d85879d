import { Editor, getMarkRange } from "@tiptap/core";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import StarterKit from "@tiptap/starter-kit";
import { cleanPasted } from "./pasted";

/** What the editor tells: `changed` with the HTML ("" for nothing), `moved` when marks at the caret may be others. */
export interface RichTextOptions {
  place: HTMLElement;
  html: string;
  attributes: Record<string, string>;
  changed(html: string): void;
  moved(): void;
  /** A key that is not typed: true when it was used. */
  key(event: KeyboardEvent): boolean;
}

type Run = (editor: Editor) => boolean;
interface Command {
  run: Run;
  isOn?: Run;
  can?: Run;
}

const chain = (editor: Editor) => editor.chain().focus();

/** By the name in `data-command` of the buttons. */
export const COMMANDS: Record<string, Command> = {
  heading: { run: (e) => chain(e).toggleHeading({ level: 3 }).run(), isOn: (e) => e.isActive("heading", { level: 3 }) },
  subheading: { run: (e) => chain(e).toggleHeading({ level: 4 }).run(), isOn: (e) => e.isActive("heading", { level: 4 }) },
  bold: { run: (e) => chain(e).toggleBold().run(), isOn: (e) => e.isActive("bold") },
  italic: { run: (e) => chain(e).toggleItalic().run(), isOn: (e) => e.isActive("italic") },
  underline: { run: (e) => chain(e).toggleUnderline().run(), isOn: (e) => e.isActive("underline") },
  strike: { run: (e) => chain(e).toggleStrike().run(), isOn: (e) => e.isActive("strike") },
  bullets: { run: (e) => chain(e).toggleBulletList().run(), isOn: (e) => e.isActive("bulletList") },
  numbers: { run: (e) => chain(e).toggleOrderedList().run(), isOn: (e) => e.isActive("orderedList") },
  deeper: { run: (e) => chain(e).sinkListItem("listItem").run(), can: (e) => e.can().sinkListItem("listItem") },
  higher: { run: (e) => chain(e).liftListItem("listItem").run(), can: (e) => e.can().liftListItem("listItem") },
  quote: { run: (e) => chain(e).toggleBlockquote().run(), isOn: (e) => e.isActive("blockquote") },
  code: { run: (e) => chain(e).toggleCodeBlock().run(), isOn: (e) => e.isActive("codeBlock") },
  rule: { run: (e) => chain(e).setHorizontalRule().run() },
  link: { run: () => true, isOn: (e) => e.isActive("link") },
  plain: { run: (e) => chain(e).unsetAllMarks().clearNodes().run() },
  undo: { run: (e) => chain(e).undo().run(), can: (e) => e.can().undo() },
  redo: { run: (e) => chain(e).redo().run(), can: (e) => e.can().redo() },
};

const extensions = [
  StarterKit.configure({
    heading: { levels: [3, 4] },
    trailingNode: false,
    link: { openOnClick: false, defaultProtocol: "https", protocols: ["tel"], HTMLAttributes: { target: null, rel: null, class: null }, isAllowedUri: (address) => isLink(address ?? "") },
  }),
];

/** Web addresses, e-mail and telephone: what the server keeps, too. */
export function isLink(address: string): boolean {
  return /^(?:https?:\/\/|mailto:|tel:)\S+$/i.test(address);
}

/** What was typed as an address: one of e-mail without mailto and one of the web without https are completed. */
export function completeLink(typed: string): string {
  const text = typed.trim();
  if (!text || isLink(text)) return text;
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(text)) return `mailto:${text}`;
  if (/^\+[\d ()/.-]{5,}$/.test(text)) return `tel:${text.replace(/[^\d+]/g, "")}`;
  return /^[a-z][a-z0-9+.-]*:/i.test(text) || /\s/.test(text) ? "" : `https://${text}`;
}

export function createEditor({ place, html, attributes, changed, moved, key }: RichTextOptions): Editor {
  let isPressed = false;
  return new Editor({
    element: place,
    content: asHtml(html),
    parseOptions: { preserveWhitespace: !html.includes("<") },
    extensions,
    injectCSS: false,
    editorProps: {
      attributes,
      // True leaves the key to the browser and the page: Tab goes on, Ctrl+Enter saves the form.
      handleDOMEvents: {
        keydown: (_view, event) => event.key === "Tab" || (event.key === "Enter" && (event.ctrlKey || event.metaKey)),
        mousedown: () => {
          isPressed = true;
          setTimeout(() => (isPressed = false));
        },
        // The browser puts the caret at the beginning; it belongs where it was, before anything is typed.
        focus: (view) => {
          if (!isPressed) view.focus();
        },
      },
      handleKeyDown: (_view, event) => key(event),
      transformPastedHTML: cleanPasted,
    },
    onUpdate: ({ editor }) => changed(editor.isEmpty ? "" : editor.getHTML()),
    onTransaction: moved,
  });
}

/** Shows which words a link will be on, while its address has the focus and the selection can't be seen. */
export function showLinked(editor: Editor, isShown: boolean): void {
  editor.view.setProps({
    decorations({ doc, schema, selection }) {
      const link = getMarkRange(selection.$from, schema.marks["link"]!);
      const { from, to } = link && link.from <= selection.from && link.to >= selection.to ? link : selection;
      return isShown ? DecorationSet.create(doc, [Decoration.inline(from, to, { class: "rich-text-linked" })]) : null;
    },
  });
}

/** Text without tags, as it can stand in the text area, has its lines as paragraphs. */
export function asHtml(text: string): string {
  if (text.trimStart().startsWith("<")) return text;
  const paragraph = document.createElement("p");
  return text.split("\n").map((line) => {
    paragraph.textContent = line;
    return paragraph.outerHTML;
  }).join("");
}
