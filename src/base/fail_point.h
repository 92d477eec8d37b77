/*
 * fail_point.h - named places where a test may stop the program: every step that something is
 * promised about has one before and one after it.
 *
 * Nothing at all in a normal build.  With `meson setup -Dfail_points=true` a passage looks for an
 * order, first in the folder that the environment names in YQ_FAIL_POINTS_FOLDER:
 *	{folder}/gateway.claimed	holding "kill@3": at the third passage from now on
 * The file is renamed to gateway.claimed.fired before it is obeyed, so an order is obeyed once,
 * whatever restarts; it can be given to a program that runs.  Then in the environment, for trials
 * by hand, and obeyed in every life of every program:
 *	YQ_FAIL_POINTS="gateway.claimed=kill@3,webhook.accepted=pause:500@2"
 *
 *	kill		raise(SIGKILL): as if the power went, for this program
 *	pause:MS	sleep so long: as if the machine were overloaded
 *
 * docs/reliability.md lists the names and what is promised there.  Any thread.
 */
#ifndef YQ_BASE_FAIL_POINT_H
#define YQ_BASE_FAIL_POINT_H

#ifdef YQ_FAIL_POINTS
void yq_fail_point_pass(const char *name);
#define YQ_FAIL_POINT(name) yq_fail_point_pass(name)
#else
#define YQ_FAIL_POINT(name) ((void)0)
#endif

#endif
