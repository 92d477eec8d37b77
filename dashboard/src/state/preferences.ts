/* preferences.ts - what this browser's user likes: language, zone, theme. */
import { effect } from '@preact/signals';
import { isZone } from '../lib/clock';
import { kept, oneOf } from '../lib/kept';

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

function browserLanguage(): Language {
  return navigator.language.toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

export const language = kept<Language>('language', browserLanguage(), oneOf(LANGUAGES));
export const theme = kept<Theme>('theme', 'system', oneOf(THEMES));
export const zone = kept<string>('zone', browserZone(), (text) => (isZone(text) ? text : null));

export function applyPreferences(): void {
  effect(() => {
    document.documentElement.lang = language.value;
  });
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
  });
}
