/* desk.ts */
export const desk = {
} as const;
