/* curve.tsx - the curve of equity or of drawdown, drawn by lightweight-charts; loaded when it is looked at. */
import { AreaSeries, ColorType, createChart, type IChartApi } from 'lightweight-charts';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { DayPoint } from '../api/types';
import { t } from '../i18n';
import { approximate } from '../lib/decimal';
import { theme } from '../state/preferences';

/** A colour of the page's tokens, as the chart takes it. */
function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function draw(box: HTMLElement, days: readonly DayPoint[], kind: 'equity' | 'drawdown'): IChartApi {
  const colour = token(kind === 'equity' ? '--accent' : '--down');
  const chart = createChart(box, {
    autoSize: true,
    layout: { background: { type: ColorType.Solid, color: token('--surface') }, textColor: token('--text'), attributionLogo: false },
    grid: { vertLines: { color: token('--line') }, horzLines: { color: token('--line') } },
    rightPriceScale: { borderColor: token('--line') },
    timeScale: { borderColor: token('--line') },
    handleScroll: { vertTouchDrag: false },
  });
  const series = chart.addSeries(AreaSeries, {
    lineColor: colour, topColor: `${colour}40`, bottomColor: `${colour}08`, lineWidth: 2, invertFilledArea: kind === 'drawdown',
    priceFormat: kind === 'equity' ? { type: 'price', precision: 2, minMove: 0.01 } : { type: 'percent' },
  });
  series.setData(days.map((day) => ({
    time: day.date,
    value: kind === 'equity' ? approximate(day.equity) : approximate(day.drawdown ?? '0') * 100,
  })));
  chart.timeScale().fitContent();
  return chart;
}

export default function Curve({ days, kind }: { days: readonly DayPoint[]; kind: 'equity' | 'drawdown' }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const look = theme.value;
  useEffect(() => {
    if (!box.current) return undefined;
    const chart = draw(box.current, days, kind);
    return () => chart.remove();
  }, [days, kind, look]);
  return <div ref={box} class="curve" role="img" aria-label={t(kind === 'equity' ? 'performance.equityCurve' : 'performance.drawdownCurve')} />;
}
