# Stable and effective rank of weights and of updates since the start, across training.
# 'gnuplot rank_by_step.gp', here, draws rank_by_step.svg and rank_by_step.pdf from rank_by_step.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'rank_by_step.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,216 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,2.25in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'rank_by_step.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.117224
set rmargin at screen 0.708888
set tmargin at screen 0.901235
set bmargin at screen 0.160494
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
unset logscale y
set xrange [-0.015:1.015]
set yrange [0:66.9539]
set xtics ('0' 0, '30' 0.0972905, '100' 0.231088, '300' 0.353176, '1000' 0.486973, '200' 0.7544, 'main' 1) noenhanced
set ytics ('0' 0, '10' 10, '20' 20, '30' 30, '40' 40, '50' 50, '60' 60) noenhanced
unset label
unset arrow
set label 'optimiser step' at graph 0.5, screen 0.037037 center noenhanced
set label 'rank, median over matrices' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set arrow from first 0.5888, graph 0 to first 0.5888, graph 1.04167 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'stage 2' at first 0.5888, graph 1.04167 left noenhanced offset 0.4,0 textcolor rgb '#555555'
set arrow from graph 0.985437, graph 0.141317 to graph 1.04909, graph 0.109107 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'stable, updates' at graph 1.06312, graph 0.109107 left noenhanced textcolor rgb '#006E50'
set arrow from graph 0.985437, graph 0.143563 to graph 1.04909, graph 0.175773 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'stable' at graph 1.06312, graph 0.175773 left noenhanced textcolor rgb '#004F7C'
set arrow from graph 0.985437, graph 0.824787 to graph 1.04909, graph 0.793303 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'effective' at graph 1.06312, graph 0.793303 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.985437, graph 0.828487 to graph 1.04909, graph 0.85997 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'effective, updates' at graph 1.06312, graph 0.85997 left noenhanced textcolor rgb '#8E5474'
plot \
    'rank_by_step.csv' using (of(1, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(2, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(3, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(4, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(5, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(6, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(7, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(8, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(9, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(10, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(11, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(12, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(13, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(14, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(15, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(16, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(17, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(18, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(19, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'rank_by_step.csv' using (of(20, cell('position'))):(cell('rank')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle
set output
