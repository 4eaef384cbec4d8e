// What reading needs of libhdf5 and Swift cannot import, and the calls whose signatures differ between versions.
#ifndef CHDF5_READING_H
#define CHDF5_READING_H

#include <stdlib.h>

#include <stdint.h>

#if H5_VERSION_GE(1, 12, 0)
#define CHDF5_OBJECT_INFO H5O_info1_t
#define CHDF5_LINK_INFO H5L_info1_t
#define CHDF5_ITERATE H5Literate1
#else
#define CHDF5_OBJECT_INFO H5O_info_t
#define CHDF5_LINK_INFO H5L_info_t
#define CHDF5_ITERATE H5Literate
#endif

// The address of an open object: equal for two links exactly when they lead to the same object of a file.
static inline herr_t chdf5_object_address(hid_t object, haddr_t *address) {
    CHDF5_OBJECT_INFO info;
    herr_t status = H5Oget_info1(object, &info);
    if (status >= 0) *address = info.addr;
    return status;
}

// A non-zero answer of the callback ends the iteration.
typedef herr_t (*chdf5_link_callback)(const char *name, int type, size_t value_size, void *context);
struct chdf5_link_visit { chdf5_link_callback callback; void *context; };

static inline herr_t chdf5_visit_link(hid_t group, const char *name, const CHDF5_LINK_INFO *info, void *raw) {
    struct chdf5_link_visit *visit = (struct chdf5_link_visit *)raw;
    (void)group;
    size_t value_size = info->type == H5L_TYPE_HARD ? 0 : info->u.val_size;
    return visit->callback(name, (int)info->type, value_size, visit->context);
}

// Calls back for every link of a group in ascending order of name.
static inline herr_t chdf5_each_link(hid_t group, chdf5_link_callback callback, void *context) {
    struct chdf5_link_visit visit = {callback, context};
    hsize_t position = 0;
    return CHDF5_ITERATE(group, H5_INDEX_NAME, H5_ITER_INC, &position, chdf5_visit_link, &visit);
}

static inline herr_t chdf5_refuse_external(const char *parent_file, const char *parent_group, const char *child_file,
                                    const char *child_object, unsigned *flags, hid_t access, void *context) {
    (void)parent_file, (void)parent_group, (void)child_file, (void)child_object, (void)flags, (void)access;
    (void)context;
    return -1;
}

// Opens a file for reading. The default driver asks for a path's real one, which an open file that was removed has not:
// the driver of the C library does not ask.
static inline hid_t chdf5_open_reading(const char *path) {
    char *real = realpath(path, NULL);
    free(real);
    if (real != NULL) return H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list < 0) return list;
    hid_t file = H5Pset_fapl_stdio(list) < 0 ? -1 : H5Fopen(path, H5F_ACC_RDONLY, list);
    H5Pclose(list);
    return file;
}

// A link access list with which no path can leave the file.
static inline hid_t chdf5_inside_only(void) {
    hid_t list = H5Pcreate(H5P_LINK_ACCESS);
    if (list >= 0 && H5Pset_elink_cb(list, chdf5_refuse_external, NULL) < 0) {
        H5Pclose(list);
        return -1;
    }
    return list;
}

#endif
