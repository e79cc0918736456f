# Chapbook's stages, run file by file: parse → render → package, once for every edition.
# Works with GNU make 3.81 and newer. `make help` lists what can be made.
#
# make compares times, while a stage writes its output only where the bytes differ. So each
# stage leaves a stamp (.done) that says when it last ran, next to an output that says when it
# last changed. The stamp has the time at which the stage began, so that what is saved while it
# runs counts as newer. What a stage has read beside its input is in a dependency file (.d).

SOURCE = source/ending-modern-slavery.md
OUT = build
# a folder of templates that come before Chapbook's own, file by file
TEMPLATES =
# anything here takes warnings as errors
STRICT =
# PYTHON names the Python that the environment is made of; without it, a fit one is looked for
PYTHON ?=
VENV ?= .venv
# options for pytest, such as ARGS="-k footnotes"
ARGS =
# how many minutes `make fuzz` begins new rounds
MINUTES = 5
# options for the report, such as REPORT="--copies 30 --paper-price 0.01"
REPORT =
# V=1 shows the commands
V =

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
# An output is replaced only once it is complete: where a stage fails or is interrupted, it is
# still the good one of before, and make must not delete it (hence .PRECIOUS below).
.DEFAULT_GOAL := all

# --- names -----------------------------------------------------------------------------------
# Spaces in paths are put out of sight (hide) where make's functions would split at them, and
# come back for a rule (show), or for a person (plain). `quote` makes one word for the shell.

empty :=
space := $(empty) $(empty)
hide = $(subst $(space),|,$1)
show = $(subst |,\ ,$1)
plain = $(subst |,$(space),$1)
quote = '$(subst ','\'',$1)'
path = $(call quote,$(call plain,$1))
at = $(if $(V),,@)

hash := \#
unfit := $(strip $(foreach c,: ; | $(hash) = % * ? [ ] \ ~,$(findstring $c,$(SOURCE)$(OUT)$(TEMPLATES))) \
    $(findstring $$,$(value SOURCE)$(value OUT)$(value TEMPLATES)))
ifneq ($(unfit),)
$(error make cannot handle a path with $(unfit) in it: rename it, or run `chapbook build`, which can)
endif

stem := $(basename $(notdir $(call hide,$(SOURCE))))
folder := $(call hide,$(OUT))/$(stem)
work := $(call hide,$(OUT))/.work/$(stem)
source_folder := $(or $(patsubst %/,%,$(call plain,$(dir $(call hide,$(SOURCE))))),.)
model := $(work)/model.json
manifest := $(folder)/manifest.json

python := $(VENV)/bin/python
chapbook = $(call quote,$(python)) -m pipeline
installed := $(call show,$(call hide,$(VENV)))/.installed
code := $(shell find pipeline -name __pycache__ -prune -o -type f ! -name '.*' -print)

# --- what there is to make -------------------------------------------------------------------
# An edition's name, format and the end of its file's name, as in pipeline/editions.py; `pages`
# where it tells the pages of the standard print edition, and so is made after that; on a screen
# only where the source has that edition, and does not say no.

standard := handout
page_map := $(work)/page-map.json

# what the parser has written down: which editions the source lists, which is its web edition, and
# whether that tells the pages
written = $(shell sed -n 's/^$1: *//p' $(call path,$(work)/editions) 2>/dev/null)
told := $(call written,pages)

EDITIONS :=
define edition
EDITIONS += $1
format_$1 := $2
output_$1 := $$(folder)/$$(stem)$3.$2
map_$1 := $(if $4,$(if $(filter pdf,$2)$(told),$$(page_map)))
endef
$(eval $(call edition,web,html,,pages))
$(eval $(call edition,site,html,-site/index,pages))
$(eval $(call edition,handout,pdf,))
$(eval $(call edition,ebook,epub,,pages))
$(eval $(call edition,letter,pdf,-letter))
$(eval $(call edition,teacher,pdf,-teacher,pages))
$(eval $(call edition,large-print,pdf,-large-print,pages))
$(eval $(call edition,greyscale,pdf,-greyscale))
$(eval $(call edition,answers,pdf,-answers,pages))
$(eval $(call edition,form,pdf,-form))
$(eval $(call edition,booklet,pdf,-booklet))
$(eval $(call edition,2-up,pdf,-2-up))
$(eval $(call edition,4-up,pdf,-4-up))
$(eval $(call edition,teacher-web,html,-teacher-web,pages))
$(eval $(call edition,teacher-ebook,epub,-teacher-ebook,pages))
DEFAULT := web handout ebook

goal_html := web
goal_pdf := handout
goal_epub := ebook
$(foreach e,$(EDITIONS),$(eval goal_$e := $e))
goal_editions = $(or $(call written,listed),$(EDITIONS))
goals := $(or $(MAKECMDGOALS),all)

settled = $(patsubst web,$(or $(call written,web),web),$1)
wanted = $(sort $(call settled,$(foreach g,$(goals),$(or $(goal_$g),$(DEFAULT)))))

.PHONY: built outputs $(EDITIONS)
.PHONY: all html pdf epub editions check report catalog test fuzz accept lint format constraints clean distclean help FORCE

all: built ## The web edition, the PDF handout and the EPUB e-book (without a goal: this)
html: built ## The web edition alone
pdf: built ## The PDF handout alone
epub: built ## The EPUB e-book alone
editions: built ## The editions that the source lists, or all that there are
$(EDITIONS): built

# what there is to make is known once the source is parsed: another make makes it
built: $(call show,$(work)/model.done)
	$(if $(STRICT),$(at)$(strictly),@$(MAKE) outputs WANTED="$(wanted)" $(if $(made),made=yes))

# all at once, since nothing may be written where the last stage has a warning
strictly = $(chapbook) build $(call quote,$(SOURCE)) --out $(call quote,$(OUT)) --strict \
    $(foreach e,$(wanted),--edition $e) $(if $(TEMPLATES),--templates $(call quote,$(TEMPLATES)))

WANTED =
outputs: $(call show,$(manifest))
	@$(up_to_date)

check: built ## Look for faults in the finished files
	$(at)$(chapbook) check $(foreach e,$(call settled,$(DEFAULT)),$(call path,$(output_$e)))

report: $(installed) ## Pages, paper, ink and cost, and what will not print well (REPORT="--copies 30")
	@mkdir -p $(call path,$(work))
	$(at)$(chapbook) report $(call quote,$(SOURCE)) --out $(call quote,$(OUT)) \
	    $(if $(TEMPLATES),--templates $(call quote,$(TEMPLATES))) $(REPORT)

catalog: $(installed) ## The page, the PDF and the e-book, and records for shops and libraries: ONIX and OPDS
	$(at)$(chapbook) build $(call quote,$(SOURCE)) --out $(call quote,$(OUT)) --catalog \
	    $(foreach e,$(DEFAULT),--edition $e) $(if $(TEMPLATES),--templates $(call quote,$(TEMPLATES)))

# set where a stage runs; make expands a recipe only once what it needs is made
made :=
up_to_date = $(if $(made),:,echo $(call quote,$(call plain,$(folder)) is up to date))

# --- the stages ------------------------------------------------------------------------------

# what was asked for last time: written, and so newer than what was made of it, if it differs.
# Templates are listed for those that are new; what becomes of the others is in dependency files.
options := edition templates: $(TEMPLATES); epoch: $(SOURCE_DATE_EPOCH); \
    $(shell find templates $(if $(TEMPLATES),$(call quote,$(TEMPLATES)/)) -type f ! -name '.*' -print 2>/dev/null | LC_ALL=C sort)
$(call show,$(work))/options: FORCE
	@mkdir -p $(call path,$(work))
	@echo $(call quote,$(options)) | cmp -s - $(call quote,$@) || echo $(call quote,$(options)) >$(call quote,$@)

# a stage whose output somebody deleted has to run again
forget := $(shell cd $(call path,$(work)) 2>/dev/null && for stamp in *.done; do \
    [ -f "$${stamp%.done}.json" ] && [ "$$stamp" != model.done -o -f editions ] || rm -f "$$stamp"; done)

# a source that is not there is for the parser to report
$(call show,$(call hide,$(SOURCE))): ;

$(call show,$(work)/model.done): $(call show,$(call hide,$(SOURCE))) $(code) $(installed)
	$(eval made := yes)@mkdir -p $(call path,$(work)); touch $(call quote,$@.new)
	$(at)$(chapbook) parse $(call quote,$(SOURCE)) -o $(call path,$(model)) \
	    --editions $(call path,$(work)/editions) \
	    --depfile $(call path,$(work)/parse.d) --target $(call quote,$@)
	@mv $(call quote,$@.new) $(call quote,$@)

$(call show,$(model)): $(call show,$(work)/model.done) ;

# the files that the source takes in: further text, data, code
-include $(call show,$(work)/parse.d)

# $1 the edition; what has two dollars is expanded when the rule is read or run
define stages
$(call show,$(work)/$1.done): $(call show,$(model) $(work)/options $(map_$1)) $$(code) $$(installed)
	$$(eval made := yes)@touch $$(call quote,$$@.new)
	$$(at)$$(chapbook) render $$(call path,$$(model)) --edition $1 \
	    --folder $$(call quote,$$(source_folder)) \
	    $$(if $$(TEMPLATES),--templates $$(call quote,$$(TEMPLATES))) \
	    $(if $(map_$1),--page-map $$(call path,$$(map_$1))) \
	    -o $$(call path,$$(work)/$1.json) \
	    --depfile $$(call path,$$(work)/$1.render.d) --target $$(call quote,$$@)
	@mv $$(call quote,$$@.new) $$(call quote,$$@)

$(call show,$(work)/$1.json): $(call show,$(work)/$1.done) ;

.PRECIOUS: $(call show,$(output_$1))
$(call show,$(output_$1)): $(call show,$(work)/$1.json) $$(code) $$(installed)
	$$(eval made := yes)@touch $$(call path,$$(work)/$1.new)
	$$(at)$$(chapbook) package $$(call path,$$(work)/$1.json) \
	    --folder $$(call quote,$$(source_folder)) -o $$(call quote,$$@) \
	    $(if $(filter $1,$(standard)),--page-map $$(call path,$$(page_map))) \
	    --depfile $$(call path,$$(work)/$1.package.d) --target $$(call quote,$$@)
	@touch -r $$(call path,$$(work)/$1.new) $$(call quote,$$@)

-include $(call show,$(work)/$1.render.d $(work)/$1.package.d)
endef
$(foreach e,$(EDITIONS),$(eval $(call stages,$e)))

# written beside the standard edition, and only where it differs; here if somebody deleted it
$(call show,$(page_map)): $(call show,$(output_$(standard)))
	@[ -f $(call quote,$@) ] || $(chapbook) package $(call path,$(work)/$(standard).json) \
	    --folder $(call quote,$(source_folder)) -o $(call path,$(output_$(standard))) \
	    --page-map $(call quote,$@)

# it lists all outputs that are there, and is made anew when one that was asked for is newer
.PRECIOUS: $(call show,$(manifest))
$(call show,$(manifest)): $(call show,$(foreach e,$(WANTED),$(output_$e)))
	$(eval made := yes)$(at)set --; \
	$(foreach e,$(EDITIONS),if [ -f $(call path,$(output_$e)) ]; then \
	    set -- "$$@" $(call path,$(output_$e)) --pages $(call path,$(work)/$e.json); fi;) \
	$(chapbook) manifest "$$@" -o $(call quote,$@)
	@touch $(call quote,$@)

# --- the environment -------------------------------------------------------------------------

$(installed): pyproject.toml constraints.txt tools/venv tools/system-packages
	@sh tools/venv $(call quote,$(VENV)) '' $(call quote,$(PYTHON))
	@touch $(call quote,$@)

$(installed)-test: $(installed)
	@sh tools/venv $(call quote,$(VENV)) test,lint $(call quote,$(PYTHON))
	@touch $(call quote,$@)

test: $(installed)-test ## Run all tests (ARGS="-k word" for some)
	$(at)$(call quote,$(python)) -m pytest -n auto $(ARGS)

fuzz: $(installed)-test ## Search for faults with random examples, until one is found (MINUTES=5)
	$(at)end=$$(($$(date +%s) + 60 * $(MINUTES))); while [ $$(date +%s) -lt $$end ]; do \
	    $(call quote,$(python)) -m pytest -n auto -m hypothesis --hypothesis-profile=fuzz $(ARGS) \
	        || exit; done

accept: $(installed)-test ## Take what the golden tests get now as what they expect
	$(at)$(call quote,$(python)) -m pytest -n auto --accept $(ARGS)

lint: $(installed)-test ## Check style and types
	$(at)$(call quote,$(python)) -m ruff check .
	$(at)$(call quote,$(python)) -m ruff format --check .
	$(at)$(call quote,$(python)) -m mypy

format: $(installed)-test ## Lay out the code as `make lint` wants it
	$(at)$(call quote,$(python)) -m ruff check --fix .
	$(at)$(call quote,$(python)) -m ruff format .

constraints: ## Write constraints.txt anew, with the newest versions that fit
	$(at)sh tools/constraints $(call quote,$(PYTHON))

# --- the rest --------------------------------------------------------------------------------
# Only files that a stage writes are deleted: OUT may be a folder where somebody works.

clean: ## Delete what was built
	@find $(call quote,$(OUT)) -mindepth 2 -maxdepth 2 -type d -path '*/.work/*' 2>/dev/null | while IFS= read -r work; do \
	    stem=$${work##*/}; dir=$${work%/.work/*}/$$stem; rm -rf "$$work"; rmdir "$${work%/*}" 2>/dev/null || :; \
	    for ending in $(foreach e,$(EDITIONS),$(patsubst $(folder)/$(stem)%,%,$(output_$e))) -booklet-pages.pdf -cover.pdf -social.jpg; do \
	        rm -f "$$dir/$$stem$$ending"; done; \
	    site="$$dir/$$stem-site"; \
	    [ ! -f "$$site/SHA256SUMS" ] || { cut -c 67- "$$site/SHA256SUMS" | while IFS= read -r file; do \
	        case $$file in /*|*..*) ;; *) rm -f "$$site/$$file" ;; esac; done; \
	        rm -f "$$site/SHA256SUMS"; rmdir "$$site"/* "$$site" 2>/dev/null || :; }; \
	    rm -f "$$dir/manifest.json" "$$dir/report.html" "$$dir/report.json" \
	        "$$dir/$$stem"-onix.xml "$$dir/$$stem"-opds.json "$$dir/$$stem"-cover.* "$$dir/$$stem"-social.jpg; rmdir "$$dir" 2>/dev/null || :; done

distclean: clean ## Delete the environment and all caches too
	@if [ -f $(call quote,$(VENV)/pyvenv.cfg) ]; then rm -rf $(call quote,$(VENV)); fi
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
	@find pipeline tests -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## This list
	@echo 'make [GOAL] [SOURCE=path/to/text.md] [OUT=folder] [TEMPLATES=folder] [STRICT=1] [PYTHON=python3.13]'
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'One edition alone: make handout, make teacher … There are'
	@echo '$(EDITIONS).'
	@echo
	@echo 'SOURCE is $(SOURCE), and OUT is $(OUT).'

FORCE:
