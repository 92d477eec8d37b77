/* index.ts - a text of the page in the chosen language. */
import { language } from '../state/preferences';
import { en } from './en';
import { ko } from './ko';

export type TextKey = keyof typeof en;
const TEXTS: Record<typeof language.value, Record<TextKey, string>> = { en, ko };

/** "{name}" is replaced by the value of that name. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return TEXTS[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A word of the API (a state, a role ...) for people; the word itself where there is no text for it. */
export function term(word: string): string {
  const key = `term.${word}`;
  return key in en ? t(key as TextKey) : word;
}
