/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The terminal in raw mode, and back on every way out.
 *
 * Ways out: a return from main() (terminal_restore()), a signal that asks us to
 * end (run loop ends, then a return), a second one of those or a crash (the
 * handler restores and dies of the signal).
 */
#ifndef VM_TERMINAL_H
#define VM_TERMINAL_H

/* Raw mode, if stdin is a terminal. */
void terminal_raw(void);

/* As it was before terminal_raw(); harmless without. Safe in signal handlers. */
void terminal_restore(void);

/*
 * From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT are noted, and @kick is
 * called from the handler.
 */
void signals_catch(void (*kick)(void));

/* The signal that asked us to end, or 0. */
int signals_pending(void);

#endif /* VM_TERMINAL_H */
