/*
 * What tells of raw bytes what they are (product.md "Segments that describe themselves"): an attribute of the
 * file, else the user's state file, else the admin's rules (descriptions.h). The attribute is two:
 * user.npy_header, the dictionary of a .npy header, and user.npy_offset, decimal, where the data do not begin
 * at 0.
 */
#ifndef SHMTOP_CORE_SEGMENT_DESCRIPTION_H
#define SHMTOP_CORE_SEGMENT_DESCRIPTION_H

#include "core/segment/descriptions.h"

#define DESCRIPTION_HEADER "user.npy_header"
#define DESCRIPTION_OFFSET "user.npy_offset"

/*
 * What is said of a raw segment that is open for reading, whose facts are those of *segment: 1 and *ret
 * (LAYOUT_DESCRIBED, damaged where attribute or state file tell what cannot be), 0 where nothing is said, or
 * -errno. Whether the directory's file system has attributes at all is learnt with the first. directory may
 * be NULL: its attribute alone is asked.
 */
int description_find(const struct directory *directory, int fd, const struct segment *segment,
                     struct layout_result *ret, enum description *ret_by);

/*
 * Records what a segment holds that was recognised and is open: in its attribute, else, where it can have
 * none or we may not give it one, in the state file; *ret_where says which. The matrix's data may end before
 * the file does, but no later: -EBADMSG. -ENOTSUP where its bytes say themselves what they are, -EROFS,
 * -EACCES where an attribute that we may not change says otherwise, or as descriptions_record.
 */
int description_record(const struct directory *directory, const struct segment *segment, int fd,
                       const struct matrix *matrix, enum description *ret_where, struct error *error);

/* Takes away what attribute and state file say. 0 also where they say nothing; -ENOTSUP where the admin's
 * rules do, which only they can take back; -EROFS, -EACCES. */
int description_clear(const struct directory *directory, const struct segment *segment, int fd,
                      struct error *error);

#endif
