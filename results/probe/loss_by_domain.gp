# Loss on each domain of the probe set; bands are 95 % intervals.
# 'gnuplot loss_by_domain.gp', here, draws loss_by_domain.svg and loss_by_domain.pdf from loss_by_domain.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'loss_by_domain.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,229 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,2.38889in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'loss_by_domain.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.100106
set rmargin at screen 0.832165
set tmargin at screen 0.848837
set bmargin at screen 0.151163
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
unset logscale y
set xrange [-0.015:1.015]
set yrange [2.93003:7.85129]
set xtics ('0' 0, '30' 0.0972905, '100' 0.231088, '300' 0.353176, '1000' 0.486973, '200' 0.7544, 'main' 1) noenhanced
set ytics ('3' 3, '4' 4, '5' 5, '6' 6, '7' 7) noenhanced
unset label
unset arrow
set label 'optimiser step' at graph 0.5, screen 0.0348837 center noenhanced
set label 'cross-entropy (nats)' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set arrow from first 0.5888, graph 0 to first 0.5888, graph 1.04167 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'stage 2' at first 0.5888, graph 1.04167 left noenhanced offset 0.4,0 textcolor rgb '#555555'
set label '' at graph 0.0113362, graph 1.125 point pointtype 7 pointsize 0.5 linecolor rgb '#555555'
set label 'stage 1' at graph 0.0396766, graph 1.125 left noenhanced
set label '' at graph 0.217301, graph 1.125 point pointtype 5 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 1' at graph 0.245642, graph 1.125 left noenhanced
set label '' at graph 0.505067, graph 1.125 point pointtype 9 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 2' at graph 0.533408, graph 1.125 left noenhanced
set label '' at graph 0.792833, graph 1.125 point pointtype 13 pointsize 0.5 linecolor rgb '#555555'
set label 'ingredient 3' at graph 0.821174, graph 1.125 left noenhanced
set arrow from graph 0.985437, graph 0.156902 to graph 1.03968, graph 0.127546 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'pydoc' at graph 1.05101, graph 0.127546 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.985437, graph 0.241281 to graph 1.03968, graph 0.194213 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'wordnet' at graph 1.05101, graph 0.194213 left noenhanced textcolor rgb '#006E50'
set arrow from graph 0.985437, graph 0.244494 to graph 1.03968, graph 0.260879 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'scripture' at graph 1.05101, graph 0.260879 left noenhanced textcolor rgb '#004F7C'
set arrow from graph 0.985437, graph 0.267508 to graph 1.03968, graph 0.327546 nohead linewidth 0.4 dashtype 1 linecolor rgb '#E69F00' back
set label 'all' at graph 1.05101, graph 0.327546 left noenhanced textcolor rgb '#A16F00'
set arrow from graph 0.985437, graph 0.427356 to graph 1.03968, graph 0.427356 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'jargon' at graph 1.05101, graph 0.427356 left noenhanced textcolor rgb '#8E5474'
plot \
    'loss_by_domain.csv' using (of(1, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#0072B2' notitle, \
    'loss_by_domain.csv' using (of(2, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#D55E00' notitle, \
    'loss_by_domain.csv' using (of(3, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#009E73' notitle, \
    'loss_by_domain.csv' using (of(4, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#CC79A7' notitle, \
    'loss_by_domain.csv' using (of(5, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#E69F00' notitle, \
    'loss_by_domain.csv' using (of(6, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#0072B2' notitle, \
    'loss_by_domain.csv' using (of(7, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#D55E00' notitle, \
    'loss_by_domain.csv' using (of(8, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#009E73' notitle, \
    'loss_by_domain.csv' using (of(9, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#CC79A7' notitle, \
    'loss_by_domain.csv' using (of(10, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#E69F00' notitle, \
    'loss_by_domain.csv' using (of(11, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#0072B2' notitle, \
    'loss_by_domain.csv' using (of(12, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#D55E00' notitle, \
    'loss_by_domain.csv' using (of(13, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#009E73' notitle, \
    'loss_by_domain.csv' using (of(14, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#CC79A7' notitle, \
    'loss_by_domain.csv' using (of(15, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#E69F00' notitle, \
    'loss_by_domain.csv' using (of(16, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#0072B2' notitle, \
    'loss_by_domain.csv' using (of(17, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#D55E00' notitle, \
    'loss_by_domain.csv' using (of(18, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#009E73' notitle, \
    'loss_by_domain.csv' using (of(19, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#CC79A7' notitle, \
    'loss_by_domain.csv' using (of(20, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#E69F00' notitle, \
    'loss_by_domain.csv' using (of(21, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#0072B2' notitle, \
    'loss_by_domain.csv' using (of(22, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#D55E00' notitle, \
    'loss_by_domain.csv' using (of(23, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#009E73' notitle, \
    'loss_by_domain.csv' using (of(24, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#CC79A7' notitle, \
    'loss_by_domain.csv' using (of(25, cell('position'))):(cell('cross_entropy_low')):(cell('cross_entropy_high')) with filledcurves fillstyle transparent solid 0.18 noborder linecolor rgb '#E69F00' notitle, \
    'loss_by_domain.csv' using (of(1, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(2, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(3, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(4, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(5, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(6, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(7, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(8, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(9, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(10, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(11, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(12, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(13, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(14, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(15, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(16, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(17, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(18, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(19, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(20, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(21, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(22, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(23, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(24, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'loss_by_domain.csv' using (of(25, cell('position'))):(cell('cross_entropy')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle
set output
