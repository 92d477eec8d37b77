/* qr.tsx - a QR code as one path of an SVG, black on white in every theme: cameras expect that. */
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { qrCode } from '../lib/qr';

const QUIET = 4;

export function Qr({ text, label }: { text: string; label: string }): JSX.Element | null {
  const drawn = useMemo(() => {
    const rows = qrCode(text);
    if (!rows) return null;
    const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : ''))).join('');
    return { path, size: rows.length + 2 * QUIET };
  }, [text]);
  if (!drawn) return null;
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${drawn.size} ${drawn.size}`} shapeRendering="crispEdges">
      <rect width={drawn.size} height={drawn.size} fill="white" />
      <path d={drawn.path} fill="black" />
    </svg>
  );
}
