/*
 * killers.mjs - programs die at every named step, again and again: one killer a program goes through
 * its list of fail points, and gives the next order as soon as the last was obeyed.
 */
import { pause } from '../../e2e/lib/system.mjs';
import { disarm, freezeWhile, isArmed, order } from './faults.mjs';
import { NEEDS_PERSON, NEEDS_SPOOL } from './schedule.mjs';

const LOOK_MS = 10;
const REACH_MS = 150000; /* for somebody to come past a point: longer than a stuck archive takes to be given up */
const SPOOL_MS = 2300; /* the webhook notices after 1.5 s */
const SPOOL_TRIES = 10;
const FORWARD_MS = 15000; /* a restart, and Valkey back */
const SPEAK_MS = 100;

export class Killers {
  /*
   * `lists`: [[{point, passage, release, after}]], one a killer; `after`: where to die right after that.
   * `reachMs`: for somebody to come past a point, where it takes longer than usual.
   * `release()` gives a dead gateway's leases back; `personSpeaks()` makes a request by hand.
   */
  constructor(system, lists, { release, personSpeaks, say, reachMs }) {
    Object.assign(this, { say, release, personSpeaks, reachMs: reachMs ?? REACH_MS, system, lists, kills: new Map(), unreached: [], stopped: false });
  }

  run() {
    return Promise.all(this.lists.map((list) => this.goThrough(list)));
  }

  stop() {
    this.stopped = true;
  }

  async goThrough(list) {
    for (const one of list) {
      if (this.stopped) return;
      const began = Date.now();
      const reached = NEEDS_SPOOL.test(one.point) ? await this.killAtSpool(one) : await this.kill(one, this.reachMs);
      this.say(`${one.point}: ${reached ? 'dead' : 'not reached'} after ${Date.now() - began} ms`);
      if (!reached) this.unreached.push(one.point);
    }
  }

  /* Whether it died there within the time. */
  async kill(one, ms) {
    await order(this.system, { ...one, order: 'kill' });
    return this.obeyed(one, ms);
  }

  async obeyed(one, ms) {
    let spokenAt = 0;
    for (const end = Date.now() + ms; Date.now() < end && !this.stopped; await pause(LOOK_MS)) {
      if (!isArmed(this.system, one.point)) return this.killed(one);
      if (NEEDS_PERSON.test(one.point) && Date.now() - spokenAt >= SPEAK_MS) {
        spokenAt = Date.now();
        this.personSpeaks();
      }
    }
    return !(await disarm(this.system, one.point)) && this.killed(one);
  }

  /*
   * Only passed while Valkey does not answer; what is in the spool then is forwarded just after.  When
   * everything went off in between, that was done by a start at which nobody may die: once more then.
   */
  async killAtSpool(one) {
    let dead = false;
    let followed = !one.after;
    for (let i = 0; i < SPOOL_TRIES && !(dead && followed) && !this.stopped; i++) {
      let spooled = false;
      await freezeWhile(this.system, 'valkey-server', async () => {
        spooled = await this.kill(one, SPOOL_MS);
        if (spooled && one.after) await order(this.system, { point: one.after, passage: 1, order: 'kill' });
      });
      if (spooled && one.after) followed = await this.obeyed({ point: one.after }, FORWARD_MS);
      dead ||= spooled;
    }
    if (dead && !followed) this.unreached.push(one.after);
    return dead;
  }

  async killed({ point, release }) {
    this.kills.set(point, (this.kills.get(point) ?? 0) + 1);
    if (release) await this.release().catch(() => {});
    return true;
  }
}
