# Debian packages by CPack: `scripts/package`. Five of them: the daemon with its tool, the library for subscribers, what
# one compiles against it with, the client in Python, and the feed that is made of RSS.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME newstagd)
set(CPACK_PACKAGE_VENDOR newstagd)
set(CPACK_PACKAGE_CONTACT "newstagd developers <newstagd@localhost.localdomain>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL newstagd libnewstag0 libnewstag-dev python3-newstag newstag-rss)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE "")

set(scripts ${CMAKE_CURRENT_LIST_DIR})
set(CPACK_DEBIAN_NEWSTAGD_PACKAGE_NAME newstagd)
set(CPACK_DEBIAN_NEWSTAGD_PACKAGE_SECTION net)
set(CPACK_DEBIAN_NEWSTAGD_PACKAGE_DEPENDS
	"init-system-helpers (>= 1.54), systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles")
set(CPACK_DEBIAN_NEWSTAGD_PACKAGE_CONTROL_EXTRA "${scripts}/conffiles;${scripts}/postinst;${scripts}/prerm;${scripts}/postrm")
set(CPACK_COMPONENT_NEWSTAGD_DESCRIPTION "tags news about negotiations and blackouts, over ZeroMQ
Subscribes to feeds of news items over ZeroMQ, tags what they say about
negotiations and electricity blackouts by rules in YAML, and publishes the
classified events for other services to subscribe to. Events are kept in a
journal and can be asked for again; each says why it was given.
.
With newstag, the operator's tool, and the shipped rules.")

set(CPACK_DEBIAN_LIBNEWSTAG0_PACKAGE_NAME libnewstag0)
set(CPACK_DEBIAN_LIBNEWSTAG0_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBNEWSTAG0_PACKAGE_CONTROL_EXTRA "${scripts}/triggers;${scripts}/shlibs")
set(CPACK_COMPONENT_LIBNEWSTAG0_DESCRIPTION "follows the events of newstagd without a gap - library
Subscribes to the events of newstagd over ZeroMQ, asks for what was missed
before it goes on, and drops what came twice.")

set(CPACK_DEBIAN_LIBNEWSTAG-DEV_PACKAGE_NAME libnewstag-dev)
set(CPACK_DEBIAN_LIBNEWSTAG-DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LIBNEWSTAG-DEV_PACKAGE_DEPENDS "libnewstag0 (= ${PROJECT_VERSION}), libzmq3-dev")
set(CPACK_COMPONENT_LIBNEWSTAG-DEV_DESCRIPTION "follows the events of newstagd without a gap - development files
Header, static library and pkg-config file of libnewstag, for subscribers to
the events of newstagd.")

set(CPACK_DEBIAN_PYTHON3-NEWSTAG_PACKAGE_NAME python3-newstag)
set(CPACK_DEBIAN_PYTHON3-NEWSTAG_PACKAGE_SECTION python)
set(CPACK_DEBIAN_PYTHON3-NEWSTAG_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_PYTHON3-NEWSTAG_PACKAGE_DEPENDS "python3, python3-zmq")
set(CPACK_COMPONENT_PYTHON3-NEWSTAG_DESCRIPTION "follows the events of newstagd without a gap - Python 3
Subscribes to the events of newstagd over ZeroMQ, asks for what was missed
before it goes on, and drops what came twice.")

set(CPACK_DEBIAN_NEWSTAG-RSS_PACKAGE_NAME newstag-rss)
set(CPACK_DEBIAN_NEWSTAG-RSS_PACKAGE_SECTION net)
set(CPACK_DEBIAN_NEWSTAG-RSS_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_NEWSTAG-RSS_PACKAGE_DEPENDS "python3, python3-feedparser, python3-zmq")
set(CPACK_DEBIAN_NEWSTAG-RSS_PACKAGE_SUGGESTS newstagd)
set(CPACK_COMPONENT_NEWSTAG-RSS_DESCRIPTION "makes a feed for newstagd of RSS, Atom and JSON feeds
Polls feeds of the web politely, and publishes their items over ZeroMQ for
newstagd to read: with stable identifiers, a changed item as a new version,
and nothing twice.
.
With a unit, which waits for /etc/newstagd/feeds.txt and is not enabled.")

# Each package has a copyright and a changelog.
find_program(GZIP gzip REQUIRED)
execute_process(COMMAND ${GZIP} -9nc ${scripts}/changelog OUTPUT_FILE ${CMAKE_CURRENT_BINARY_DIR}/changelog.gz)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${scripts}/changelog)
foreach(package ${CPACK_COMPONENTS_ALL})
	install(FILES ${scripts}/copyright ${CMAKE_CURRENT_BINARY_DIR}/changelog.gz
		DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${package})
endforeach()

include(CPack)
