/*
 * What users and the admin say of raw segments: the user's state file, by identity, and the admin's rules, by
 * name. Both are kept in memory and read again when they change; any thread may use them.
 *
 * The state file is where a description stands whose segment cannot have an attribute (tmpfs before Linux
 * 6.6) or may not be given one. A line for each:
 *     MAJOR:MINOR INODE BORN OFFSET {'descr': '<f2', 'fortran_order': False, 'shape': (1000, 1000), }
 * device, inode and birth time (ns) as in struct identity; what is malformed is passed over. It is written
 * whole, under a lock, to a new file that then takes its name; beyond RECORDS_PRUNE lines those whose segment
 * is gone are left out (where the directory is the whole of its file system), and beyond RECORDS_MAX, or
 * TRUSTED_MAX bytes, the oldest.
 *
 * The rules, a line for each, blanks between:
 *     GLOB DTYPE SHAPE [ORDER [OFFSET]]
 *     *.f2.shm f2 -1,768
 * The first whose GLOB (core/sys/glob.h) fits the printable name and whose shape fits the size counts; one
 * that does not fit is passed over. '#' at the start begins a comment. Where any line is malformed none
 * counts: the one that was meant might have stood before the one that would be taken.
 */
#ifndef SHMTOP_CORE_SEGMENT_DESCRIPTIONS_H
#define SHMTOP_CORE_SEGMENT_DESCRIPTIONS_H

#include "core/segment/segment.h"

struct descriptions;

#define DESCRIPTIONS_RULES_FILE "/etc/shmtop/described"
#define RECORDS_PRUNE           256
#define RECORDS_MAX             4096

/* The paths of both files, which need not exist; state NULL: there is no place for one. Nothing is read
 * before the first descriptions_refresh. */
struct descriptions *descriptions_new(const char *state, const char *rules);
void descriptions_free(struct descriptions *descriptions); /* NULL is fine */

/*
 * Reads again what changed: to be called before each look at one or many. 0, or why a file cannot be used,
 * which is empty then: -EBADMSG names the line; -EPERM where it belongs to another user than root or us, or
 * others may write it. *ret_path (may be NULL) is the file, borrowed.
 */
int descriptions_refresh(struct descriptions *descriptions, const char **ret_path, struct error *error);

/* What they say of a raw segment of this name, identity and size: true and *ret, as layout_describe leaves
 * it. descriptions may be NULL. */
bool descriptions_find(struct descriptions *descriptions, const char *name, const struct identity *id,
                       uint64_t size, struct layout_result *ret, enum description *ret_by);

/* How often a file was read again so far: by another number, what was recognised before may be another. */
unsigned descriptions_count_reads(const struct descriptions *descriptions);

/*
 * Records in the state file what the segment with this identity, in the directory, holds; NULL: nothing any
 * more. -ENOENT where there is no place for a state file, -ENOTSUP where the identity is not sure enough
 * (a file system without birth times), -EPERM, -EACCES, -ENOSPC …: then it is as before.
 */
int descriptions_record(struct descriptions *descriptions, const struct directory *directory,
                        const struct identity *id, const struct matrix *matrix, struct error *error);

/* What is recorded of one is recorded of another too, its copy. 0 also where nothing is. */
int descriptions_copy(struct descriptions *descriptions, const struct directory *directory,
                      const struct identity *from, const struct identity *to, struct error *error);

/* The path of the state file, borrowed; NULL: none. */
const char *descriptions_state_path(const struct descriptions *descriptions);

#endif
